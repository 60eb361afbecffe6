package io.flamekeeper.format.pprof;

/// Which contradictions of a profile have a known meaning, because a known client sends them.
public enum PprofDialect {
    /// None has.
    STANDARD,

    /// Old .NET clients: a `-` in a sample type means `_`, and functions that all have id 0, as many as
    /// there are locations, have the ids of the locations.
    DOTNET
}
