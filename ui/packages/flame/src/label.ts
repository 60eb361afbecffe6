const LEAST_OF_LAST_WORD = 4;

/// Shortens a function name to at most `space` characters without losing what tells it apart: whole, then
/// `d_population` / `P.evolve`, then `d_popul…`, then `d_p`, then nothing.
export function fitLabel(label: string, space: number): string {
  if (label.length <= space) return label;
  const parts = label.match(/[A-Z]+(?![a-z])|[A-Z]?[^A-Z_.:$\s]+|[_.:$\s]+/g) ?? [];
  const wordCount = parts.filter(isWord).length;
  if (wordCount < 2) return space >= LEAST_OF_LAST_WORD ? `${label.slice(0, space - 1)}…` : "";
  for (let kept = wordCount - 1; kept >= 1; kept--) {
    const shortened = withInitials(parts, wordCount - kept);
    if (shortened.length <= space) return shortened;
    const lastWord = shortened.lastIndexOf(parts.at(-1)!);
    if (kept === 1 && space > lastWord + LEAST_OF_LAST_WORD) return `${shortened.slice(0, space - 1)}…`;
  }
  const initials = withInitials(parts, wordCount);
  return initials.length <= space && space >= 3 ? initials : "";
}

/// The last segments of a module that fit: `strategy.indicators`, then `indicators`, then nothing.
export function fitModule(module: string, space: number): string {
  let rest = module;
  while (rest.length > space) {
    const next = /^[^./]+[./](.+)$/.exec(rest);
    if (!next) return "";
    rest = next[1]!;
  }
  return rest;
}

/// The name with its first `count` words cut to one letter.
function withInitials(parts: readonly string[], count: number): string {
  let seen = 0;
  return parts.map((part) => (isWord(part) && seen++ < count ? part[0] : part)).join("");
}

function isWord(part: string): boolean {
  return !/^[_.:$\s]+$/.test(part);
}
