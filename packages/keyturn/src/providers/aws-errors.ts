/** What AWS said, as one of our errors: one table, by the error's name, never by the HTTP status and never in AWS's own words. */
import {
  AccessDeniedError,
  AuthenticationError,
  ConfigurationError,
  ConflictError,
  type ErrorDetails,
  InvalidReferenceError,
  InvalidSecretError,
  type KeyturnError,
  ProviderUnavailableError,
} from '../core/errors.ts';

/**
 * - `absent`: healthy, and no such secret.
 * - `denied`: a well-formed refusal of this secret. A cached value is dropped.
 * - `login`: our own credentials were refused or are missing.
 * - `unavailable`: could not be asked.
 * - `reference`: AWS cannot mean any secret by this name or version.
 * - `unreadable`: the secret is there and cannot be given as it is.
 * - `conflict`: something else is there already.
 */
type Verdict = 'absent' | 'denied' | 'login' | 'unavailable' | 'reference' | 'unreadable' | 'conflict';

const named: readonly (readonly [Verdict, readonly string[]])[] = [
  // A missing version or staging label has this name too.
  ['absent', ['ResourceNotFoundException']],
  // KMS refuses the key: disabled, scheduled for deletion, or not ours to use. Somebody decided that, so it is a verdict on the secret.
  ['denied', ['AccessDeniedException', 'AccessDenied', 'DecryptionFailure']],
  [
    'login',
    [
      'ExpiredTokenException',
      'ExpiredToken',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'CredentialsProviderError',
      'NotAuthorized',
      'OptInRequired',
      'InvalidIdentityToken',
      'InvalidIdentityTokenException',
      'AuthFailure',
    ],
  ],
  [
    'unavailable',
    [
      'ThrottlingException',
      'Throttling',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'BandwidthLimitExceeded',
      'SlowDown',
      'PriorRequestNotComplete',
      'LimitExceededException',
      'ProvisionedThroughputExceededException',
      'EC2ThrottledException',
      'InternalServiceError',
      'InternalServerError',
      'InternalServerException',
      'InternalFailure',
      'InternalError',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      'RequestTimeout',
      'RequestTimeoutException',
      'TimeoutError',
      'IDPCommunicationError',
      'KMSInternalException',
      'DependencyTimeoutException',
      // Our clock is wrong. The SDK takes AWS's time from this very answer, so the next attempt is signed with it.
      'RequestTimeTooSkewed',
      'RequestExpired',
      'RequestInTheFuture',
    ],
  ],
  ['reference', ['InvalidParameterException', 'InvalidParameterValue', 'ValidationException', 'ValidationError']],
  // A state that forbids reading; deletion, the common one, is told apart below.
  ['unreadable', ['InvalidRequestException']],
  ['conflict', ['ResourceExistsException']],
];
const verdicts = new Map(named.flatMap(([verdict, names]) => names.map((name) => [name, verdict] as const)));

const networkCodes =
  /^(?:E(?:CONN(?:RESET|REFUSED|ABORTED)|NOTFOUND|AI_(?:AGAIN|FAIL|NODATA|NONAME)|PIPE|TIMEDOUT|SOCKETTIMEDOUT|HOST(?:UNREACH|DOWN)|NET(?:UNREACH|DOWN|RESET)|ADDRNOTAVAIL|PROTO|MFILE|NFILE)|UND_ERR_\w+|HPE_\w+|ERR_(?:TLS|SSL)_\w+|ERR_STREAM_PREMATURE_CLOSE|CERT_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|UNABLE_TO_\w+)$/;
const networkWords = /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|TimeoutError|timed out|socket hang up|fetch failed)\b/i;
/** AWS says "marked for deletion" or "scheduled for deletion". */
const deletion = /\b(?:marked|scheduled)\s+(?:for\s+)?delet/i;
const throttling = /Thrott|TooMany|LimitExceeded|SlowDown/;
const wrongClock = /Signature (?:expired|not yet current)/;

/** The parts of a thrown thing that are looked at. Its message is looked at and never passed on. */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  /** `client` or `server` on what AWS itself answered, in its own format; absent on everything else. */
  readonly fault: unknown;
  readonly status: number;
  readonly hasAnswer: boolean;
}

export interface Asked {
  /** Canonical text of the reference; absent for `check`. */
  readonly ref: string | undefined;
  readonly provider: string;
  /** `AWS Secrets Manager` */
  readonly service: string;
  /** What IAM must allow: `secretsmanager:GetSecretValue on arn:…`. */
  readonly permission: string;
}

/** The error to throw for what a call threw, or `undefined` when it says that there is no such secret. */
export function callError(error: unknown, asked: Asked): KeyturnError | undefined {
  const thrown = read(error);
  const verdict = verdictOf(thrown);
  if (verdict === 'absent') return undefined;
  return build(verdict, shownName(thrown), asked);
}

/**
 * The error to throw for what looking for our own credentials threw. Here `AccessDenied` is STS's or SSO's word on us, and says nothing about a secret.
 * @param roleArn the role that is assumed with our credentials
 * @param expected credentials come from the network here (a container or instance role is configured, or was used before): finding none is an outage
 */
export function credentialsError(error: unknown, asked: Asked, expected: boolean, roleArn?: string): KeyturnError {
  const thrown = read(error);
  // The default chain ends with this sentence whatever its links met.
  const foundNone = thrown.message.includes('Could not load credentials from any providers');
  const away =
    verdictOf(thrown) === 'unavailable' || isTransient(thrown) || (thrown.fault === undefined && networkWords.test(thrown.message)) || (foundNone && expected);
  if (away) {
    return new ProviderUnavailableError(`${about(asked)} could not be asked: the source of our AWS credentials does not answer.`, {
      ...details(asked),
      hint: 'Check that the instance metadata, container, STS or SSO endpoint can be reached.',
    });
  }
  if (roleArn !== undefined && verdictOf(thrown) === 'denied') {
    return new AuthenticationError(`${about(asked)} may not assume the role ${roleArn}.`, {
      ...details(asked),
      hint: `Allow sts:AssumeRole on it, and our own identity in the role's trust policy.`,
    });
  }
  return build('login', foundNone ? undefined : shownName(thrown), asked);
}

/** Whether the answer was about our own credentials, so that they are worth looking up anew. */
export function isLoginRefused(error: KeyturnError | undefined): boolean {
  return error?.code === 'AUTHENTICATION';
}

function verdictOf(thrown: Thrown): Verdict | 'unknown' | 'misconfigured' {
  if (thrown.fault === undefined) {
    // Not AWS's own format: the SDK, the network, or something between that answered instead (a captive portal's page).
    if (thrown.hasAnswer || networkCodes.test(thrown.code)) return 'unavailable';
    const verdict = verdicts.get(thrown.name);
    return verdict === 'unavailable' || verdict === 'login' ? verdict : 'misconfigured';
  }
  if (thrown.name === 'InvalidRequestException' && deletion.test(thrown.message)) return 'absent';
  if (thrown.name === 'InvalidSignatureException' && wrongClock.test(thrown.message)) return 'unavailable';
  return verdicts.get(thrown.name) ?? (isTransient(thrown) || isNameless(thrown) ? 'unavailable' : 'unknown');
}

/** The one use of a status: for a name that is not in the table. */
function isTransient(thrown: Thrown): boolean {
  return thrown.fault === 'server' || thrown.status === 408 || thrown.status === 429 || thrown.status >= 500;
}

/** AWS names every error. An answer without a name comes from something between. */
function isNameless(thrown: Thrown): boolean {
  return thrown.name === '' || thrown.name === 'Unknown' || thrown.name === 'UnknownError' || thrown.name === 'Error';
}

/** The name is text from the network: shown only when it is one of ours, or reads like one of AWS's. */
function shownName({ name }: Thrown): string | undefined {
  return verdicts.has(name) || /^[A-Z][A-Za-z]{2,60}(?:Exception|Failure|Error|Fault)$/.test(name) ? name : undefined;
}

function build(verdict: Exclude<Verdict, 'absent'> | 'unknown' | 'misconfigured', name: string | undefined, asked: Asked): KeyturnError {
  const reason = name === undefined ? '' : ` (${name})`;
  const say = (what: string) => `${about(asked)} ${what}${reason}.`;
  switch (verdict) {
    case 'denied':
      return name === 'DecryptionFailure'
        ? new AccessDeniedError(say('may not decrypt it'), { ...details(asked), hint: `Enable the secret's KMS key, and allow kms:Decrypt with it.` })
        : new AccessDeniedError(say('denied the access'), {
            ...details(asked),
            hint: `Allow ${asked.permission}, and kms:Decrypt if the secret has a KMS key of its own.`,
          });
    case 'login':
      return new AuthenticationError(say(name === undefined ? 'has no AWS credentials to ask with' : 'does not accept our AWS credentials'), {
        ...details(asked),
        hint: name?.startsWith('Expired')
          ? 'The session has expired: log in again (aws sso login), or renew the temporary credentials.'
          : 'Log in (aws sso login, aws configure), set AWS_PROFILE, or give the process a role.',
      });
    case 'unavailable':
      return new ProviderUnavailableError(say('could not be asked'), {
        ...details(asked),
        hint:
          name !== undefined && throttling.test(name)
            ? `${asked.service} is asked too often: keep values longer (ttl).`
            : `Check the network, the region and the endpoint of ${asked.service}.`,
      });
    case 'reference':
      return new InvalidReferenceError(say('knows no secret by such a name or version'), {
        ...details(asked),
        hint: 'A name has 1 to 512 of A-Z a-z 0-9 / _ + = . @ -; a version is a version id or a staging label.',
      });
    case 'unreadable':
      return new InvalidSecretError(say('cannot give it in its present state'), {
        ...details(asked),
        hint: 'Look at it with: aws secretsmanager describe-secret.',
      });
    case 'conflict':
      return new ConflictError(say('has something else there'), { ...details(asked), hint: 'Nothing was changed: read it again, and write again.' });
    case 'misconfigured':
      // The SDK itself failed before anything was asked: a wrong region, endpoint or middleware. Asking again would change nothing.
      return new ConfigurationError(say('could not be asked with these settings'), {
        ...details(asked),
        hint: 'Check region, profile, endpoint and the client.',
      });
    case 'unknown':
      // Unknown is permanent, but no verdict on the right to read: it is not retried and drops nothing. Nonsense from a provider is this class's meaning.
      return new InvalidSecretError(say('refused it for a reason Keyturn does not know'), { ...details(asked), hint: 'Look for the call in CloudTrail.' });
  }
}

function about({ ref, provider }: Asked): string {
  return ref === undefined ? provider : `${ref}: ${provider}`;
}

function details({ ref, provider }: Asked): ErrorDetails {
  return { ...(ref !== undefined && { ref }), provider };
}

function read(error: unknown): Thrown {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const metadata = fields['$metadata'] as { httpStatusCode?: unknown } | undefined;
  const status = metadata?.httpStatusCode ?? fields['statusCode'];
  return {
    name: text(fields['name']),
    message: text(fields['message']).slice(0, 2_000),
    // An answer's own members are copied onto AWS's errors: only what Node threw has a code of Node's.
    code: fields['$fault'] === undefined ? text(fields['code']) : '',
    fault: fields['$fault'],
    status: typeof status === 'number' ? status : 0,
    hasAnswer: fields['$response'] !== undefined,
  };
}
