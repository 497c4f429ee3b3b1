/** The obvious way to hide values, to compare the quick one with: try every value at every place. */
export function slowTwin(forms: readonly string[], text: string): string {
  const hidden = Array.from({ length: text.length }, () => false);
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0 && form !== ''; at = text.indexOf(form, at + 1)) {
      hidden.fill(true, at, at + form.length);
    }
  }
  let shown = '';
  for (const [at, isHidden] of hidden.entries()) {
    if (!isHidden) shown += text[at]!;
    else if (hidden[at - 1] !== true) shown += '[redacted]';
  }
  return shown;
}
