package io.flamekeeper.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Tokens in a file, YAML, which has no secret in it:
///
/// ```yaml
/// - id: 4tBvQzN2
///   tenants: [payments]
///   permissions: [ingest, query]
///   expires: 2027-01-01T00:00:00Z      # left out: never
///   sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
///   note: cluster A
/// ```
public final class TokenFile {
    private static final String LETTERS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int ID_CHARS = 8;
    private static final int HASH_CHARS = 64;
    private static final Set<String> MEMBERS =
            Set.of("id", "tenants", "permissions", "expires", "sha256", "note");

    private final Path path;

    public TokenFile(Path path) {
        this.path = path;
    }

    /// A token that was just made.
    ///
    /// @param text what its holder sends; known to nobody else, and not kept
    public record Made(Token token, String text) {
        /// Never the secret.
        @Override
        public String toString() {
            return "Made[" + token.id() + "]";
        }
    }

    /// The tokens by id.
    ///
    /// @throws FlamekeeperException `INVALID_CONFIGURATION`, naming the token, counted from 1, and its member
    public Map<String, Token> read() {
        Object document;
        try {
            document =
                    new Load(LoadSettings.builder().build()).loadFromString(Files.readString(path));
        } catch (IOException | YamlEngineException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_CONFIGURATION,
                    "tokens: %s cannot be read: %s (expected: a YAML file)",
                    path,
                    e);
        }
        if (document == null) {
            return Map.of();
        }
        if (!(document instanceof List<?> entries)) {
            throw invalid("file", "no list", "a list of tokens");
        }
        Map<String, Token> tokens = new TreeMap<>();
        for (Object entry : entries) {
            int number = tokens.size() + 1;
            if (!(entry instanceof Map<?, ?> members)) {
                throw invalid("token " + number, entry, "a map");
            }
            Token token = token("token " + number, members);
            if (tokens.put(token.id(), token) != null) {
                throw invalid("token " + number, token.id(), "an id of its own");
            }
        }
        return tokens;
    }

    private Token token(String which, Map<?, ?> members) {
        for (Object member : members.keySet()) {
            if (!MEMBERS.contains(String.valueOf(member))) {
                throw invalid(which, member, "of " + MEMBERS);
            }
        }
        String id = text(which, members, "id");
        if (id.isEmpty() || !id.chars().allMatch(c -> LETTERS.indexOf(c) >= 0)) {
            throw invalid(which + ": id", id, "letters and digits");
        }
        String hash = text(which, members, "sha256");
        if (hash.length() != HASH_CHARS || !hash.chars().allMatch(HexFormat::isHexDigit)) {
            throw invalid(which + ": sha256", hash, HASH_CHARS + " hex digits");
        }
        List<TenantId> tenants =
                texts(which, members, "tenants").stream().map(TenantId::new).toList();
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String name : texts(which, members, "permissions")) {
            permissions.add(permission(name));
        }
        return new Token(
                id,
                tenants,
                permissions,
                expires(which, members),
                hash,
                members.containsKey("note") ? text(which, members, "note") : "");
    }

    private Optional<Instant> expires(String which, Map<?, ?> members) {
        if (!members.containsKey("expires")) {
            return Optional.empty();
        }
        String text = text(which, members, "expires");
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            FlamekeeperException invalid =
                    invalid(which + ": expires", text, "such as 2027-01-01T00:00:00Z");
            invalid.initCause(e);
            throw invalid;
        }
    }

    /// @throws FlamekeeperException `INVALID_CONFIGURATION`
    public static Permission permission(String label) {
        return Arrays.stream(Permission.values())
                .filter(one -> one != Permission.NONE && one.label().equals(label))
                .findFirst()
                .orElseThrow(() ->
                        new FlamekeeperException(
                                ErrorCode.INVALID_CONFIGURATION,
                                "permission: '%s' (expected: ingest, query, admin or metrics)",
                                label));
    }

    private String text(String which, Map<?, ?> members, String member) {
        if (members.get(member) instanceof String text) {
            return text;
        }
        throw invalid(which + ": " + member, members.get(member), "text");
    }

    private List<String> texts(String which, Map<?, ?> members, String member) {
        if (members.get(member) instanceof List<?> list
                && !list.isEmpty()
                && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String::valueOf).toList();
        }
        throw invalid(which + ": " + member, members.get(member), "a list of text");
    }

    private FlamekeeperException invalid(String what, @Nullable Object value, String expected) {
        return new FlamekeeperException(
                ErrorCode.INVALID_CONFIGURATION,
                "tokens: %s: %s is '%.100s' (expected: %s)",
                path,
                what,
                String.valueOf(value),
                expected);
    }

    /// Makes a token and adds it to the file, making that if there is none.
    ///
    /// @param random unpredictable
    /// @throws IOException if the file cannot be written
    public Made add(
            List<TenantId> tenants,
            Set<Permission> permissions,
            Optional<Instant> expires,
            String note,
            RandomGenerator random)
            throws IOException {
        var sent = new Token.Sent(drawn(ID_CHARS, random), drawn(Token.SECRET_CHARS, random));
        var token =
                new Token(
                        sent.id(),
                        tenants,
                        permissions,
                        expires,
                        HexFormat.of().formatHex(Token.hash(sent.secret())),
                        note);
        Map<String, Token> tokens = new TreeMap<>(Files.exists(path) ? read() : Map.of());
        tokens.put(token.id(), token);
        write(tokens);
        return new Made(token, sent.text());
    }

    private static String drawn(int chars, RandomGenerator random) {
        var text = new StringBuilder();
        for (int i = 0; i < chars; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    /// Takes a token out of the file.
    ///
    /// @return whether it was there
    /// @throws IOException if the file cannot be written
    public boolean remove(String id) throws IOException {
        Map<String, Token> tokens = new TreeMap<>(read());
        if (tokens.remove(id) == null) {
            return false;
        }
        write(tokens);
        return true;
    }

    /// The file is the old one or the new one, whatever happens meanwhile.
    private void write(Map<String, Token> tokens) throws IOException {
        List<Map<String, Object>> entries = new ArrayList<>();
        tokens.values().forEach(token -> entries.add(members(token)));
        String yaml =
                new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
                        .dumpToString(entries);
        Path folder = path.toAbsolutePath().getParent();
        Path written =
                Files.createTempFile(
                        folder,
                        "tokens",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(yaml.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(
                written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static Map<String, Object> members(Token token) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", token.id());
        members.put("tenants", token.tenants().stream().map(TenantId::value).toList());
        members.put(
                "permissions",
                token.permissions().stream().sorted().map(Permission::label).toList());
        token.expires().ifPresent(expires -> members.put("expires", expires.toString()));
        members.put("sha256", token.hash());
        if (!token.note().isEmpty()) {
            members.put("note", token.note());
        }
        return members;
    }
}
