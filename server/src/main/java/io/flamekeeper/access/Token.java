package io.flamekeeper.access;

import io.flamekeeper.model.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A token as the server keeps it: everything but the secret, of which only a hash is known. A fast hash does, because
/// nobody can try 2^256 secrets.
///
/// @param id          what it is called; not secret
/// @param tenants     whose data it is for; the first unless the caller names another of them
/// @param permissions what may be done with it
/// @param expires     from when it is worth nothing
/// @param hash        SHA-256 of the secret, in hex
/// @param note        for people
public record Token(
        String id,
        List<TenantId> tenants,
        Set<Permission> permissions,
        Optional<Instant> expires,
        String hash,
        String note) {
    /// Before the id of every token, so that one is known for what it is wherever it turns up.
    static final String PREFIX = "prf";

    static final int SECRET_CHARS = 43;

    private static final int PARTS = 3;

    public Token {
        tenants = List.copyOf(tenants);
        permissions = Set.copyOf(permissions);
    }

    /// What a caller sends, `prf_<id>_<secret>`, in its parts.
    record Sent(String id, String secret) {
        static Optional<Sent> parse(String text) {
            List<String> parts = Arrays.asList(text.split("_", -1));
            return parts.size() == PARTS && parts.getFirst().equals(PREFIX)
                    ? Optional.of(new Sent(parts.get(1), parts.get(2)))
                    : Optional.empty();
        }

        String text() {
            return PREFIX + "_" + id + "_" + secret;
        }

        /// Never the secret.
        @Override
        public String toString() {
            return PREFIX + "_" + id + "_…";
        }
    }

    /// Takes the same time whatever the secret is.
    boolean isOf(String secret) {
        return MessageDigest.isEqual(hash(secret), HexFormat.of().parseHex(hash));
    }

    boolean isValid(Instant now) {
        return expires.isEmpty() || now.isBefore(expires.get());
    }

    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
