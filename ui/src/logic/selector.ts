import type { Matcher, MatchOperator } from "../types/selection.ts";

/// Thrown for text that is not a selector; `at` is the 0-based character where reading stopped.
export class SelectorError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(`${message} at character ${at + 1}`);
  }
}

/// Writes `{name="value", "dotted.name"=~"a|b"}`; no matchers are `{}`.
export function printSelector(matchers: readonly Matcher[]): string {
  return `{${matchers.map(printMatcher).join(", ")}}`;
}

export function printMatcher({ name, operator, value }: Matcher): string {
  return `${/^[A-Za-z_]\w*$/.test(name) ? name : quote(name)}${operator}${quote(value)}`;
}

function quote(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

/// Reads what [printSelector] writes and what people type: braces are optional, a trailing comma is legal, values may
/// be in double, single or back quotes. Throws SelectorError.
export function parseSelector(text: string): Matcher[] {
  const reader = new Reader(text);
  const braced = reader.take("{");
  const matchers: Matcher[] = [];
  while (!reader.atEnd() && !(braced && reader.peek("}"))) {
    matchers.push(reader.matcher());
    if (!reader.take(",")) break;
  }
  if (braced) reader.expect("}");
  if (!reader.atEnd()) throw reader.error("unexpected text");
  return matchers;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.skipSpace();
    return this.at >= this.text.length;
  }

  peek(token: string): boolean {
    this.skipSpace();
    return this.text.startsWith(token, this.at);
  }

  take(token: string): boolean {
    if (!this.peek(token)) return false;
    this.at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw this.error(`expected ${token}`);
  }

  error(message: string): SelectorError {
    return new SelectorError(message, Math.min(this.at, this.text.length));
  }

  matcher(): Matcher {
    const name = this.name();
    const operator = this.operator();
    return { name, operator, value: this.quoted() };
  }

  private name(): string {
    this.skipSpace();
    if (this.text[this.at] === '"') return this.quoted();
    const match = /^[A-Za-z_]\w*/.exec(this.text.slice(this.at));
    if (!match) throw this.error("expected a label name");
    this.at += match[0].length;
    return match[0];
  }

  private operator(): MatchOperator {
    for (const operator of ["=~", "!~", "!=", "="] as const) {
      if (this.take(operator)) return operator;
    }
    throw this.error("expected =, !=, =~ or !~");
  }

  private quoted(): string {
    this.skipSpace();
    const delimiter = this.text[this.at];
    if (delimiter !== '"' && delimiter !== "'" && delimiter !== "`")
      throw this.error("expected a quoted value");
    let value = "";
    for (let at = this.at + 1; at < this.text.length; at++) {
      const character = this.text[at]!;
      if (character === delimiter) {
        this.at = at + 1;
        return value;
      }
      if (character === "\\" && delimiter !== "`" && at + 1 < this.text.length) {
        const escaped = this.text[++at]!;
        value += escapes[escaped] ?? (escaped === delimiter ? escaped : `\\${escaped}`);
      } else {
        value += character;
      }
    }
    throw this.error("value is not closed");
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
  }
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };
