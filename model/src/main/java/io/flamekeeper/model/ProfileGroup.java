package io.flamekeeper.model;

import java.util.List;

/// Profiles of one service that share one symbol table and one stack table: what one pprof file gives.
/// The unit that is appended: stored whole or not at all.
///
/// @param service value of `service_name` in every profile of the group
/// @param upload  which upload it came from, or [UploadHash#NONE]
public record ProfileGroup(
        String service,
        SymbolTable symbols,
        StackTable stacks,
        List<Profile> profiles,
        UploadHash upload) {
    public ProfileGroup {
        profiles = List.copyOf(profiles);
    }

    /// A group that is never taken for a retry.
    public ProfileGroup(
            String service, SymbolTable symbols, StackTable stacks, List<Profile> profiles) {
        this(service, symbols, stacks, profiles, UploadHash.NONE);
    }
}
