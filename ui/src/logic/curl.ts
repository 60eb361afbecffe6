/// A request as the page sends it; `body` is null for GET.
export interface ApiRequest {
  readonly path: string;
  readonly body: unknown;
}

/// The request as one shell command that gives the same answer.
export function toCurl(request: ApiRequest, origin: string): string {
  if (request.body === null) return `curl '${origin}${request.path}'`;
  const json = JSON.stringify(request.body).replaceAll("'", "'\\''");
  return `curl '${origin}${request.path}' \\\n  -H 'content-type: application/json' \\\n  -H 'accept: */*; allow-utf8-labelnames=true' \\\n  --data '${json}'`;
}
