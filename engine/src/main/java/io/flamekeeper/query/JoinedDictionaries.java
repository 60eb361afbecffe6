package io.flamekeeper.query;

import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.model.TenantId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// A [JoinedDictionary] for each service that was asked about lately. Safe for use by many threads.
final class JoinedDictionaries {
    private final long hashSeed;
    private final long bytesMax;

    /// Those used longest ago first.
    private final Map<PartitionKey, JoinedDictionary> byService =
            new LinkedHashMap<>(16, 0.75f, true);

    /// @param bytesMax memory that all of them may take, roughly; one query may need as much again
    JoinedDictionaries(long hashSeed, long bytesMax) {
        this.hashSeed = hashSeed;
        this.bytesMax = bytesMax;
    }

    JoinedDictionary of(TenantId tenant, String service) {
        synchronized (byService) {
            return byService.computeIfAbsent(
                    new PartitionKey(tenant, service),
                    _ -> new JoinedDictionary(hashSeed, bytesMax));
        }
    }

    /// Forgets what was used longest ago until the rest fits.
    void shrink() {
        synchronized (byService) {
            long bytes = byService.values().stream().mapToLong(JoinedDictionary::bytes).sum();
            Iterator<JoinedDictionary> eldest = byService.values().iterator();
            while (bytes > bytesMax && eldest.hasNext()) {
                bytes -= eldest.next().bytes();
                eldest.remove();
            }
        }
    }
}
