// What a caller pastes into the field: a token, a bearer key, or a header as `datasync-api token`
// prints it.

const TOKEN = 'X-Auth-Token';
const BEARER = 'Authorization';

/** The headers to send; null if there is no credential. */
export function headersOf(text) {
  const given = text.trim();
  if (given === '') return null;
  const header = /^(x-auth-token|authorization):\s*(.*)$/i.exec(given);
  if (header) return { [header[1].toLowerCase() === 'authorization' ? BEARER : TOKEN]: header[2] };
  const isBcrypt = /^\$2[aby]\$/.test(given);
  return isBcrypt ? { [TOKEN]: given } : { [BEARER]: `Bearer ${given}` };
}
