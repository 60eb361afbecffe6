/// What a profile type counts, read from its id `name:sampleType:sampleUnit:periodType:periodUnit`.
///
/// `measure` decides how values are written; `gauge` marks types whose profiles are snapshots (memory in use, live
/// threads), where adding two profiles adds no cost; `width` completes the sentence "Width = …".
export interface ProfileTypeInfo {
  readonly id: string;
  readonly title: string;
  readonly width: string;
  readonly measure: Measure;
  readonly gauge: boolean;
}

/// Time on a processor, any other time, memory, or a plain count.
export type Measure = "cpuTime" | "time" | "bytes" | "count";

export function readProfileType(id: string): ProfileTypeInfo {
  const [name = "", sampleType = "", sampleUnit = ""] = id.split(":");
  const known = knownTypes[`${name}:${sampleType}`] ?? knownTypes[`*:${sampleType}`];
  const measure: Measure = sampleUnit.includes("nanosecond")
    ? name === "process_cpu" || sampleType === "cpu"
      ? "cpuTime"
      : "time"
    : sampleUnit.includes("byte")
      ? "bytes"
      : "count";
  const gauge = /inuse|live|goroutine/.test(sampleType) || /goroutine/.test(name);
  const title = known?.[0] ?? (sampleType && sampleType !== name ? `${name} ${sampleType}` : name);
  return { id, title, width: known?.[1] ?? `${sampleType || name}`.replaceAll("_", " "), measure, gauge };
}

const knownTypes: Record<string, readonly [title: string, width: string]> = {
  "process_cpu:cpu": ["CPU", "CPU time"],
  "process_cpu:samples": ["CPU samples", "samples on CPU"],
  "process_cpu:alloc_samples": ["Allocations", "allocations"],
  "process_cpu:alloc_size": ["Allocated memory", "memory allocated"],
  "wall:wall": ["Wall clock", "elapsed time"],
  "wall:samples": ["Wall samples", "wall-clock samples"],
  "*:alloc_in_new_tlab_bytes": ["Allocated memory (TLAB)", "memory allocated"],
  "*:alloc_in_new_tlab_objects": ["Allocations (TLAB)", "allocations"],
  "*:alloc_space": ["Allocated memory", "memory allocated"],
  "*:alloc_objects": ["Allocations", "objects allocated"],
  "*:inuse_space": ["Memory in use", "memory in use"],
  "*:inuse_objects": ["Objects in use", "objects in use"],
  "mutex:contentions": ["Lock contentions", "lock contentions"],
  "mutex:delay": ["Lock wait", "time waiting for locks"],
  "block:contentions": ["Blocking events", "blocking events"],
  "block:delay": ["Blocked time", "time blocked"],
  "*:goroutine": ["Goroutines", "goroutines"],
  "*:goroutines": ["Goroutines", "goroutines"],
};

/// Order of the type list: CPU first, then wall clock, then the rest by title.
export function compareTypes(a: ProfileTypeInfo, b: ProfileTypeInfo): number {
  return rank(a) - rank(b) || a.title.localeCompare(b.title);
}

function rank({ id, measure }: ProfileTypeInfo): number {
  if (measure === "cpuTime") return 0;
  return id.startsWith("wall:") ? 1 : 2;
}
