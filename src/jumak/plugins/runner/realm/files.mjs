/** The plugin's own files, which are all it may load. */

/** @type {Record<string, string>} */
const TYPES = {
  css: 'text/css',
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  wasm: 'application/wasm',
};

/**
 * @typedef {ReturnType<typeof makeFiles>} Files
 */

/**
 * @param {import('../boot.mjs').Host} host
 * @param {URL} location
 */
export function makeFiles(host, location) {
  const decoder = new TextDecoder();
  const { origin, href } = location;

  /** The file at an address of the plugin's origin. @param {URL} url */
  const at = (url) => {
    const path = decodeURIComponent(url.pathname.slice(1));
    return { bytes: host.read(path), type: TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream' };
  };

  /** @param {string} path */
  function text(path) {
    const bytes = host.read(path);
    if (bytes === null) throw new TypeError(`${path} is not in the package`);
    return decoder.decode(bytes);
  }

  /** @param {unknown[]} addresses */
  function importScripts(...addresses) {
    for (const address of addresses) {
      const url = new URL(String(address), href);
      const bytes = url.origin === origin ? at(url).bytes : null;
      if (bytes === null) {
        throw new DOMException(`importScripts: ${url.href} is no file of the plugin`, 'NetworkError');
      }
      host.run(decoder.decode(bytes), url.href);
    }
  }

  return { at, text, importScripts };
}
