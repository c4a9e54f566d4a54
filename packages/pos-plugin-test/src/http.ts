/** One request to a shop's HTTP door; rejects with the shop's own sentence. `path`: below `/v1/`. */
export async function post<Reply>(
  url: string,
  path: string,
  body: object | Uint8Array,
  token?: string,
): Promise<Reply> {
  const isFile = body instanceof Uint8Array;
  const response = await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': isFile ? 'application/zip' : 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: isFile ? Buffer.from(body) : JSON.stringify(body),
  });
  const answer = (await response.json()) as { complete?: boolean; errorMessage?: string };
  if (answer.complete !== true) throw new Error(answer.errorMessage ?? `${path}: ${String(response.status)}`);
  return answer as Reply;
}
