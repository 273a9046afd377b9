package dev.libcontainer.kernel;

import java.util.Set;

/**
 * What this kernel and this process can do, asked once.
 *
 * @param capabilities effective capabilities, bit by number
 * @param nofileSoft soft RLIMIT_NOFILE of the JVM (which raises it to the hard one)
 * @param release as in uname -r
 */
public record Probe(
        Set<KernelFeature> features,
        long capabilities,
        long nofileSoft,
        long nofileHard,
        int euid,
        int lastCapability,
        String release) {
    public Probe {
        features = Set.copyOf(features);
    }

    public boolean has(KernelFeature feature) {
        return features.contains(feature);
    }
}
