/// Shortens a function name to at most `space` characters without losing what tells it apart: whole, then
/// `e_fitness` / `P.evolve`, then `e_f`, then nothing.
export function fitLabel(label: string, space: number): string {
  if (label.length <= space) return label;
  const parts = label.match(/[A-Z]+(?![a-z])|[A-Z]?[^A-Z_.:$\s]+|[_.:$\s]+/g) ?? [];
  const wordCount = parts.filter(isWord).length;
  if (wordCount < 2) return space >= 4 ? `${label.slice(0, space - 1)}…` : "";
  for (let kept = wordCount - 1; kept >= 0; kept--) {
    let seen = 0;
    const shortened = parts
      .map((part) => (isWord(part) && seen++ < wordCount - kept ? part[0] : part))
      .join("");
    if (shortened.length <= space) return space >= 3 ? shortened : "";
  }
  return "";
}

function isWord(part: string): boolean {
  return !/^[_.:$\s]+$/.test(part);
}
