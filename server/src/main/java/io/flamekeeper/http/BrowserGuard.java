package io.flamekeeper.http;

import com.linecorp.armeria.common.RequestHeaders;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.net.URI;
import java.util.Locale;

/// Keeps web pages of other sites away from a server that asks nobody for credentials.
///
/// Only a browser says where a request comes from (`Origin`, `Sec-Fetch-…`), and it always does when a page
/// of another site writes. Profilers and Grafana's backend say nothing of the kind and pass, whatever name
/// they know the server by.
///
/// @param loopbackOnly whether the server listens on a loopback address; then a page that was loaded under
///     another host's name has been lied to by its name server
record BrowserGuard(boolean loopbackOnly) {
    /// @throws FlamekeeperException `FORBIDDEN`
    void check(Endpoint.Method method, RequestHeaders headers) {
        String origin = headers.get("origin", "");
        String site = headers.get("sec-fetch-site", "");
        boolean browser =
                !origin.isEmpty()
                        || !site.isEmpty()
                        || headers.contains("sec-fetch-mode")
                        || headers.contains("sec-fetch-dest");
        if (!browser) {
            return;
        }
        String authority = String.valueOf(headers.authority());
        if (loopbackOnly && !isLoopback(host(authority))) {
            throw forbidden("host", authority, "localhost, 127.0.0.1 or [::1]");
        }
        if (method == Endpoint.Method.POST) {
            if (site.equals("cross-site")) {
                throw forbidden("sec-fetch-site", site, "same-origin");
            }
            if (!origin.isEmpty() && !isSameOrigin(origin, authority)) {
                throw forbidden("origin", origin, "http://" + authority);
            }
        }
    }

    private static boolean isSameOrigin(String origin, String authority) {
        String lower = origin.toLowerCase(Locale.ROOT);
        String host = authority.toLowerCase(Locale.ROOT);
        return lower.equals("http://" + host) || lower.equals("https://" + host);
    }

    /// Without the port.
    private static String host(String authority) {
        try {
            String host = URI.create("http://" + authority).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("127.0.0.1")
                || host.equals("[::1]");
    }

    private static FlamekeeperException forbidden(String what, String value, String expected) {
        return new FlamekeeperException(
                ErrorCode.FORBIDDEN,
                "%s: '%.200s' is not ours to answer in a browser (expected: %s)",
                what,
                value,
                expected);
    }
}
