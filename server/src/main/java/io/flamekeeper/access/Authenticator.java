package io.flamekeeper.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides whose data a request is about.
///
/// An open server knows one tenant. Credentials and tenant headers that clients send all the same are never
/// an error and change nothing, as with the peers' servers.
///
/// A server with tokens believes nothing but a token: `Authorization: Bearer TOKEN`, or `Basic` with the token for a
/// password and a tenant, or nothing, for a user. `X-Scope-OrgID` chooses among the tenants of the token.
public final class Authenticator {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);
    private static final long WARN_NANOS = 1_000_000_000;
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";
    private static final String EXPECTED =
            "Authorization: Bearer TOKEN, or Basic with a tenant and the token";

    private final @Nullable TokenRegistry tokens;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final AtomicLong warnedAt;

    private Authenticator(
            @Nullable TokenRegistry tokens, InstantSource clock, LongSupplier nanoTime) {
        this.tokens = tokens;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.warnedAt = new AtomicLong(nanoTime.getAsLong() - WARN_NANOS);
    }

    /// Of a server that asks nobody.
    public static Authenticator open() {
        return new Authenticator(null, InstantSource.system(), System::nanoTime);
    }

    /// @param file     as [TokenFile] describes it; what changes in it holds within seconds
    /// @param nanoTime as [System#nanoTime]
    /// @throws FlamekeeperException as [TokenFile#read]
    public static Authenticator withTokens(Path file, InstantSource clock, LongSupplier nanoTime) {
        return new Authenticator(new TokenRegistry(file, nanoTime), clock, nanoTime);
    }

    /// Whose everything is, if the server asks nobody.
    public Optional<TenantId> onlyTenant() {
        return tokens == null ? Optional.of(TenantId.ANONYMOUS) : Optional.empty();
    }

    /// What a token was sent with.
    ///
    /// @param user `""` = none
    private record Credential(String user, Token.Sent token) {}

    /// @param authorization value of that header, `""` = none
    /// @param orgId         value of `X-Scope-OrgID`, `""` = none
    /// @throws FlamekeeperException `UNAUTHENTICATED` for a caller that nobody knows, `FORBIDDEN` for one that may not
    ///     do this or not for that tenant, `INVALID_TENANT`
    public TenantScope admit(Permission needed, String authorization, String orgId) {
        if (tokens == null || needed == Permission.NONE) {
            return TenantScope.grant(TenantId.ANONYMOUS);
        }
        try {
            return admit(tokens, needed, authorization, orgId);
        } catch (FlamekeeperException e) {
            warn(e);
            throw e;
        }
    }

    private TenantScope admit(
            TokenRegistry known, Permission needed, String authorization, String orgId) {
        Credential sent = credential(authorization);
        Token token =
                known.find(sent.token().id())
                        .filter(one -> one.isOf(sent.token().secret()))
                        .filter(one -> one.isValid(clock.instant()))
                        .orElseThrow(() ->
                                unknown(
                                        "token: not known, or no longer (expected: a token of this server)"));
        if (!token.permissions().contains(needed)) {
            throw forbidden(
                    "token '%s' may not %s (expected: permission %s)",
                    token.id(), needed.label(), needed.label());
        }
        return TenantScope.grant(tenant(token, sent.user(), orgId));
    }

    /// Tells whoever runs the server, but no more often than anybody reads.
    private void warn(FlamekeeperException refusal) {
        long now = nanoTime.getAsLong();
        long last = warnedAt.get();
        if (now - last >= WARN_NANOS && warnedAt.compareAndSet(last, now)) {
            LOG.warn("access: {}", refusal.getMessage());
        }
    }

    private static TenantId tenant(Token token, String user, String orgId) {
        if (!user.isEmpty() && !isOneOf(token, user)) {
            throw unknown("user: '%.150s' (expected: a tenant of the token, or none)", user);
        }
        // What follows a colon is a note for whoever stands between.
        int colon = orgId.indexOf(':');
        String asked = colon < 0 ? orgId : orgId.substring(0, colon);
        if (asked.indexOf('|') >= 0) {
            throw forbidden("x-scope-orgid: '%.150s' names several tenants (expected: one)", orgId);
        }
        if (!asked.isEmpty()) {
            var named = new TenantId(asked);
            if (!token.tenants().contains(named)) {
                throw forbidden("x-scope-orgid: '%s' (expected: a tenant of the token)", asked);
            }
            return named;
        }
        return user.isEmpty() ? token.tenants().getFirst() : new TenantId(user);
    }

    private static boolean isOneOf(Token token, String tenant) {
        return token.tenants().stream().anyMatch(one -> one.value().equals(tenant));
    }

    private static Credential credential(String authorization) {
        if (authorization.isEmpty()) {
            throw unknown("authorization: none (expected: %s)", EXPECTED);
        }
        String scheme = authorization.toLowerCase(Locale.ROOT);
        Optional<Credential> credential =
                scheme.startsWith(BEARER)
                        ? of("", authorization.substring(BEARER.length()).strip())
                        : scheme.startsWith(BASIC)
                                ? basic(authorization.substring(BASIC.length()).strip())
                                : Optional.empty();
        return credential.orElseThrow(
                () -> unknown("authorization: not of the right form (expected: %s)", EXPECTED));
    }

    private static Optional<Credential> basic(String encoded) {
        String decoded;
        try {
            decoded = new String(Base64.getDecoder().decode(encoded), UTF_8);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int colon = decoded.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : of(decoded.substring(0, colon), decoded.substring(colon + 1));
    }

    private static Optional<Credential> of(String user, String token) {
        return Token.Sent.parse(token).map(sent -> new Credential(user, sent));
    }

    @FormatMethod
    private static FlamekeeperException unknown(String message, Object... args) {
        return new FlamekeeperException(ErrorCode.UNAUTHENTICATED, message, args);
    }

    @FormatMethod
    private static FlamekeeperException forbidden(String message, Object... args) {
        return new FlamekeeperException(ErrorCode.FORBIDDEN, message, args);
    }
}
