import { httpCall } from '../arguments.js';
import type { Channel, Data } from '../channel.js';
import { assertValid } from '../check.js';
import type { PluginHttpHeaders, PluginHttpOptions, PluginHttpResponse } from '../types.js';
import { whole } from './reply.js';

/**
 * HTTP through the shop, to servers of the allow-list. Any status resolves; what fails on the way rejects. A payload
 * leaves as exactly its JSON, a string as it is.
 */
export function httpNamespace(channel: Channel) {
  async function send<Body>(
    method: string,
    url: string,
    payload: unknown,
    headers: PluginHttpHeaders | undefined,
    options: PluginHttpOptions | undefined,
  ): Promise<PluginHttpResponse<Body>> {
    const data: Data = { url, method, headers: pairs(headers) };
    if (payload !== undefined) data['payload'] = payload;
    assertValid(httpCall, data);
    const timeoutMs = options?.timeoutMs;
    if (timeoutMs !== undefined) data['timeoutMs'] = timeoutMs;
    return whole(await channel.call('http.request', data, { timeoutMs }));
  }

  const withoutBody =
    (method: string) =>
    <Body = string>(url: string, headers?: PluginHttpHeaders, options?: PluginHttpOptions) =>
      send<Body>(method, url, undefined, headers, options);

  const withBody =
    (method: string) =>
    <Body = string>(
      url: string,
      payload?: unknown,
      headers?: PluginHttpHeaders,
      options?: PluginHttpOptions,
    ) =>
      send<Body>(method, url, payload, headers, options);

  return {
    get: withoutBody('GET'),
    delete: withoutBody('DELETE'),
    head: withoutBody('HEAD'),
    options: withoutBody('OPTIONS'),
    post: withBody('POST'),
    put: withBody('PUT'),
    patch: withBody('PATCH'),
  };
}

function pairs(headers: PluginHttpHeaders | undefined): readonly (readonly [string, string])[] {
  if (headers === undefined) return [];
  return isPairs(headers) ? headers : Object.entries(headers);
}

function isPairs(headers: PluginHttpHeaders): headers is readonly (readonly [string, string])[] {
  return Array.isArray(headers);
}
