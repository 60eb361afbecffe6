/// The workloads: what a running server is put under, and what is read off while it is.
///
/// A workload knows a server by its address, its process and its folder, never how it was built. Nothing is timed before
/// the server's answers have been compared with what the workload itself knows.
package io.flamekeeper.bench.workload;
