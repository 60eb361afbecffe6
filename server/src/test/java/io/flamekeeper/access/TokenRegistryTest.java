package io.flamekeeper.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenRegistryTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @TempDir private Path folder = Path.of("");

    private final AtomicLong nanos = new AtomicLong();

    private Path file() {
        return folder.resolve("tokens.yaml");
    }

    private TokenFile.Made made() throws IOException {
        return new TokenFile(file())
                .add(
                        List.of(new TenantId("a")),
                        Set.of(Permission.INGEST, Permission.METRICS),
                        Optional.of(Instant.parse("2027-01-01T00:00:00Z")),
                        "it's \"mine\": #1",
                        new SplittableRandom(7));
    }

    @Test
    void file_writtenAndRead_isTheSameWithoutTheSecret() throws IOException {
        TokenFile.Made made = made();
        assertThat(new TokenFile(file()).read()).containsValue(made.token());
        String secret = made.text().substring(made.text().lastIndexOf('_') + 1);
        assertThat(secret).hasSize(43);
        assertThat(Files.readString(file())).doesNotContain(secret);
        assertThat(made.token().isOf(secret)).isTrue();
        assertThat(made.token().isOf(secret + "x")).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void token_revoked_isUnknownASecondLater() throws IOException {
        TokenFile.Made first = made();
        var registry = new TokenRegistry(file(), nanos::get);
        assertThat(registry.find(first.token().id())).contains(first.token());
        assertThat(new TokenFile(file()).remove(first.token().id())).isTrue();
        nanos.addAndGet(TokenRegistry.LOOK_NANOS);
        assertThat(registry.find(first.token().id())).isEmpty();
    }

    @Test
    void token_made_isKnownASecondLater() throws IOException {
        Files.writeString(file(), "");
        var registry = new TokenRegistry(file(), nanos::get);
        assertThat(registry.find("x")).isEmpty();
        TokenFile.Made late = made();
        nanos.addAndGet(TokenRegistry.LOOK_NANOS);
        assertThat(registry.find(late.token().id())).contains(late.token());
    }

    @Test
    void file_damagedLater_changesNothing() throws IOException {
        TokenFile.Made made = made();
        var registry = new TokenRegistry(file(), nanos::get);
        Files.writeString(file(), "- id: [");
        nanos.addAndGet(TokenRegistry.LOOK_NANOS);
        assertThat(registry.find(made.token().id())).contains(made.token());
        Files.delete(file());
        nanos.addAndGet(TokenRegistry.LOOK_NANOS);
        assertThat(registry.find(made.token().id())).contains(made.token());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{a: b}                                     | file is 'no list'",
                "[x]                                        | token 1 is 'x' (expected: a map)",
                "[{id: a, secret: b}]                       | token 1 is 'secret' (expected: of",
                "[{id: a_b, sha256: HASH}]                  | token 1: id is 'a_b' (expected: letters and digits)",
                "[{id: a, sha256: abc}]                     | token 1: sha256 is 'abc' (expected: 64 hex digits)",
                "[{id: a, sha256: HASH}]                    | token 1: tenants is 'null' (expected: a list of text)",
                "[{id: a, sha256: HASH, tenants: []}]       | token 1: tenants is '[]' (expected: a list of text)",
                "[{id: a, sha256: HASH, tenants: [b], permissions: [all]}] | permission: 'all' (expected: ingest, query, admin or metrics)",
                "[{id: a, sha256: HASH, tenants: [b], permissions: [query], expires: soon}] | token 1: expires is 'soon'",
                "[{id: a, sha256: HASH, tenants: [b], permissions: [query]}, {id: a, sha256: HASH, tenants: [b], permissions: [query]}] | token 2 is 'a' (expected: an id of its own)",
            })
    void file_wrong_isRefusedWithTheReason(String yaml, String reason) throws IOException {
        Files.writeString(file(), yaml.replace("HASH", "\"" + HASH + "\""));
        assertThatThrownBy(() -> new TokenFile(file()).read())
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining(reason);
    }
}
