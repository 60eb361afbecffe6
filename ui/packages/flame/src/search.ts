import { NONE, type StackTree } from "./stackTree.ts";

/// A search over function names: terms are regular expressions (case-insensitive unless they hold a capital),
/// a comma means "or", a leading `!` means "but not".
export type Search =
  | { readonly kind: "none" }
  | { readonly kind: "invalid"; readonly message: string }
  | { readonly kind: "terms"; readonly matches: (name: string) => boolean };

export function parseSearch(text: string): Search {
  const terms = splitTerms(text);
  if (terms.length === 0) return { kind: "none" };
  const wanted: RegExp[] = [];
  const unwanted: RegExp[] = [];
  for (const term of terms) {
    const negated = term.startsWith("!");
    const source = negated ? term.slice(1).trim() : term;
    if (source === "") continue;
    try {
      (negated ? unwanted : wanted).push(new RegExp(source, /[A-Z]/.test(source) ? "" : "i"));
    } catch (error) {
      return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
    }
  }
  if (wanted.length + unwanted.length === 0) return { kind: "none" };
  const matches = (name: string) =>
    (wanted.length === 0 || wanted.some((term) => term.test(name))) &&
    !unwanted.some((term) => term.test(name));
  return { kind: "terms", matches };
}

/// Commas inside `()`, `[]` and `{}` belong to the expression; `\,` is a plain comma.
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let term = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "\\" && at + 1 < text.length) {
      term += character + text[++at]!;
      continue;
    }
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    if (character === "," && depth <= 0) {
      terms.push(term);
      term = "";
    } else {
      term += character;
    }
  }
  terms.push(term);
  return terms.map((each) => each.trim()).filter((each) => each !== "");
}

/// What a search found.
///
/// `mask[nameIndex]` is 1 for a matching function; `value` counts a stack once however often it matches;
/// `frames` are all matching nodes.
export interface Matches {
  readonly mask: Uint8Array;
  readonly functions: number;
  readonly frames: number;
  readonly value: number;
}

/// **Hot path.** One regular expression per name, one pass over the nodes. Benchmark: `bench/flame.ts`, row "search".
export function findMatches(tree: StackTree, matches: (name: string) => boolean): Matches {
  const mask = new Uint8Array(tree.names.length);
  let functions = 0;
  for (let index = 1; index < mask.length; index++) {
    if (matches(tree.names[index]!)) {
      mask[index] = 1;
      functions++;
    }
  }
  const { count, name, parent, value } = tree;
  const covered = new Uint8Array(count);
  let frames = 0;
  let matched = 0;
  for (let node = 0; node < count; node++) {
    const caller = parent[node]!;
    const underMatch = caller !== NONE && covered[caller] === 1;
    const match = mask[name[node]!] === 1;
    if (match) frames++;
    if (match && !underMatch) matched += value[node]!;
    if (match || underMatch) covered[node] = 1;
  }
  return { mask, functions, frames, value: matched };
}

/// Matching nodes that are not inside another match, widest first: the order of "next" and "previous".
export function matchOrder(tree: StackTree, mask: Uint8Array): Int32Array {
  const covered = new Uint8Array(tree.count);
  const order: number[] = [];
  for (let node = 0; node < tree.count; node++) {
    const caller = tree.parent[node]!;
    const underMatch = caller !== NONE && covered[caller] === 1;
    const match = mask[tree.name[node]!] === 1;
    if (match && !underMatch) order.push(node);
    if (match || underMatch) covered[node] = 1;
  }
  return Int32Array.from(order.sort((a, b) => tree.value[b]! - tree.value[a]! || a - b));
}
