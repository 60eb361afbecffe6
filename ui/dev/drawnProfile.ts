/// A stack and its value.
export interface DrawnSample {
  /// Function names, outermost first.
  readonly stack: readonly string[];
  readonly value: number;
}

/// Reads a profile drawn as an indented tree: two spaces per call, the self value behind two or more spaces.
///
/// ```
/// main
///   serve  2
///     parse  7
/// ```
/// is `main;serve` = 2 and `main;serve;parse` = 7. Throws SyntaxError with the line number.
export function readDrawnProfile(text: string): DrawnSample[] {
  const samples: DrawnSample[] = [];
  const open: string[] = [];
  const lines = text.split("\n");
  const margin = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const indent = line.search(/\S/) - margin;
    if (indent % 2 !== 0 || indent / 2 > open.length) {
      throw new SyntaxError(
        `line ${index + 1}: indent ${indent} (expected: an even number up to ${open.length * 2})`,
      );
    }
    const [, name, value] = /^\s*(.*?)(?:\s{2,}(\d+))?\s*$/.exec(line)!;
    open.length = indent / 2;
    open.push(name!);
    if (value !== undefined) samples.push({ stack: [...open], value: Number(value) });
  });
  return samples;
}
