/** `FormData`, and how it travels: `multipart/form-data`. */

/** @typedef {string | File} Value */

export class FormData {
  /** @type {[string, Value][]} */
  #entries = [];

  /** @param {unknown} [form] a page's form, which a worker has not */
  constructor(form) {
    if (form !== undefined) throw new TypeError('FormData: there are no forms in a worker');
  }

  /** @param {string} name @param {unknown} value @param {string} [filename] */
  append(name, value, filename) {
    this.#entries.push([String(name), held(value, filename)]);
  }

  /** @param {string} name @param {unknown} value @param {string} [filename] */
  set(name, value, filename) {
    const at = this.#entries.findIndex(([other]) => other === String(name));
    if (at < 0) {
      this.append(name, value, filename);
      return;
    }
    const rest = this.#entries.slice(at + 1).filter(([other]) => other !== String(name));
    this.#entries = [...this.#entries.slice(0, at), [String(name), held(value, filename)], ...rest];
  }

  /** @param {string} name */
  get(name) {
    return this.#entries.find(([other]) => other === String(name))?.[1] ?? null;
  }

  /** @param {string} name */
  getAll(name) {
    return this.#entries.filter(([other]) => other === String(name)).map(([, value]) => value);
  }

  /** @param {string} name */
  has(name) {
    return this.#entries.some(([other]) => other === String(name));
  }

  /** @param {string} name */
  delete(name) {
    this.#entries = this.#entries.filter(([other]) => other !== String(name));
  }

  /** @param {(value: Value, name: string, form: FormData) => void} callback @param {unknown} [self] */
  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  /** @returns {Generator<[string, Value], void>} */
  *entries() {
    yield* this.#entries;
  }

  *keys() {
    for (const [name] of this) yield name;
  }

  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  get [Symbol.toStringTag]() {
    return 'FormData';
  }
}

/** @param {unknown} value @param {string | undefined} filename @returns {Value} */
function held(value, filename) {
  if (!(value instanceof Blob)) return String(value);
  if (value instanceof File && filename === undefined) return value;
  return new File([value], filename ?? 'blob', { type: value.type });
}

/**
 * A form as it is sent.
 * @param {FormData} form
 * @returns {Blob} its type names the boundary
 */
export function encodeForm(form) {
  const boundary = `----jumak${crypto.randomUUID().replaceAll('-', '')}`;
  /** @param {string} text */
  const quoted = (text) => text.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
  /** @type {(string | Blob)[]} */
  const parts = [];
  for (const [name, value] of form) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`);
    if (typeof value === 'string') {
      parts.push(`\r\n\r\n${value.replace(/\r\n|\r|\n/g, '\r\n')}\r\n`);
    } else {
      const type = value.type || 'application/octet-stream';
      parts.push(`; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` });
}

/**
 * A form as it arrives. Throws a TypeError for anything that is none.
 * @param {Uint8Array} bytes
 * @param {string} type the content type
 */
export function decodeForm(bytes, type) {
  const utf8 = new TextDecoder();
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    for (const [name, value] of new URLSearchParams(utf8.decode(bytes))) form.append(name, value);
    return form;
  }
  const found = /^multipart\/form-data\b.*;\s*boundary="?([^";]+)/i.exec(type);
  if (!found) throw new TypeError(`formData: '${type}' is no form`);
  // One character per byte, so that places in the text are places in the bytes.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  /** @param {string} part */
  const back = (part) => Uint8Array.from(part, (letter) => letter.charCodeAt(0));
  for (const part of text.split(`--${found[1]}`).slice(1, -1)) {
    const at = part.indexOf('\r\n\r\n');
    const head = utf8.decode(back(part.slice(0, at)));
    const content = back(part.slice(at + 4, -2));
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    if (at < 0 || name === undefined) throw new TypeError('formData: a part has no name');
    const filename = /\bfilename="([^"]*)"/i.exec(head)?.[1];
    if (filename === undefined) form.append(plain(name), utf8.decode(content));
    else {
      const kind = /^content-type:\s*(.+?)\s*$/im.exec(head)?.[1] ?? 'text/plain';
      form.append(plain(name), new File([content], plain(filename), { type: kind }));
    }
  }
  return form;
}

/** @param {string} quoted */
function plain(quoted) {
  return quoted.replaceAll('%0D%0A', '\r\n').replaceAll('%22', '"');
}
