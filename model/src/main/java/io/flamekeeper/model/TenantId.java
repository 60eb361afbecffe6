package io.flamekeeper.model;

/// Whose data it is. Every stored byte belongs to exactly one tenant.
///
/// @param value 1 to 150 of `a-z A-Z 0-9 ! - _ . * ' ( )`, neither `.` nor `..`; safe in a header and a
///     log line. Not used as a file name: storage numbers tenants by itself
public record TenantId(String value) {
    /// The tenant of a server that does not tell tenants apart.
    public static final TenantId ANONYMOUS = new TenantId("anonymous");

    private static final int LENGTH_MAX = 150;

    public TenantId {
        if (!isLegal(value)) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_TENANT,
                    "tenant: '%s' (expected: 1 to %d of a-z A-Z 0-9 ! - _ . * ' ( ), neither . nor ..)",
                    value,
                    LENGTH_MAX);
        }
    }

    private static boolean isLegal(String value) {
        return !value.isEmpty()
                && value.length() <= LENGTH_MAX
                && !value.equals(".")
                && !value.equals("..")
                && value.chars().allMatch(TenantId::isLegal);
    }

    private static boolean isLegal(int character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || "!-_.*'()".indexOf(character) >= 0;
    }
}
