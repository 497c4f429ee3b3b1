/** Which addresses may be sent signed requests: https anywhere but the metadata services, plain http to this machine only. */
import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../core/errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const metadata = new BlockList();
metadata.addSubnet('169.254.0.0', 16, 'ipv4');
metadata.addSubnet('fe80::', 10, 'ipv6');
metadata.addAddress('fd00:ec2::254', 'ipv6');
metadata.addAddress('fd00:ec2::23', 'ipv6');
metadata.addAddress('100.100.100.200', 'ipv4');
const metadataNames = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data', 'instance-data.ec2.internal']);

/**
 * The endpoint as a URL's canonical text.
 * @throws ConfigurationError naming the setting; never quoting a user or password in the URL
 */
export function checkEndpoint(endpoint: unknown, where: string, provider: string): string {
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ConfigurationError(`${where} is no http or https address.`, { provider, hint: 'For example https://secretsmanager.eu-west-1.amazonaws.com.' });
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(`${where} carries a user or a password.`, { provider, hint: 'Remove it: AWS requests are signed with the AWS credentials.' });
  }
  if (url.search !== '' || url.hash !== '')
    throw new ConfigurationError(`${where} carries a query or a fragment.`, { provider, hint: 'Write scheme, host, port and path only.' });
  const reason = refusal(url.protocol, url.hostname);
  if (reason !== undefined) throw new ConfigurationError(`${where} (${url.origin}) ${reason.what}.`, { provider, hint: reason.hint });
  return url.href;
}

/** Why a signed request must not go there, or `undefined`. */
export function refusal(protocol: string, hostname: string): { readonly what: string; readonly hint: string } | undefined {
  // Through URL, so that 0x7f.1 and 2130706433 are seen as what they are.
  const url = URL.canParse(`http://${bracketed(hostname)}/`) ? new URL(`http://${bracketed(hostname)}/`) : undefined;
  if (!url) return { what: 'has no readable host', hint: 'Check the endpoint.' };
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (metadataNames.has(host) || contains(metadata, host)) {
    return { what: 'is a link-local or metadata address', hint: 'Signed requests never go there. Name the service itself.' };
  }
  if (protocol !== 'https:' && host !== 'localhost' && !contains(loopback, host)) {
    return { what: 'would send signed requests over plain http', hint: 'Use https; plain http is for this machine only.' };
  }
  return undefined;
}

function contains(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function bracketed(hostname: string): string {
  return isIP(hostname) === 6 ? `[${hostname}]` : hostname;
}
