package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.List;
import java.util.OptionalInt;

/**
 * Block devices: relative weights, and highest rates.
 *
 * <p>A weight of 0 asks for nothing; a rate of 0 takes a limit away. The configuration counts as version 1 does: weights
 * from 10 to 1000. BFQ in version 2 takes them as they are, other schedulers (io.cost) from 1 to 10000.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html">The kernel on blkio</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#io">The kernel on io</a>
 */
final class BlockIoController {
    private static final String V1 = "blkio";
    private static final String V2 = "io";
    private static final String PATH = "linux.resources.blockIO.";

    private BlockIoController() {}

    static void limits(Resources.BlockIo blockIo, WriteList out) {
        if (out.has(V1) || !out.has(V2)) {
            limitsV1(blockIo, out);
        } else {
            limitsV2(blockIo, out);
        }
    }

    private static void limitsV1(Resources.BlockIo blockIo, WriteList out) {
        weightV1("", blockIo.weight(), "weight", "weight", out);
        weightV1("", blockIo.leafWeight(), "leaf_weight", "leafWeight", out);
        for (int i = 0; i < blockIo.weightDevice().size(); i++) {
            Resources.WeightDevice device = blockIo.weightDevice().get(i);
            String numbers = numbers(device.major(), device.minor());
            String member = "weightDevice[" + i + "].";
            weightV1(numbers, device.weight(), "weight_device", member + "weight", out);
            weightV1(numbers, device.leafWeight(), "leaf_weight_device", member + "leafWeight", out);
        }
        throttlesV1("read_bps", blockIo.throttleReadBpsDevice(), "throttleReadBpsDevice", out);
        throttlesV1("write_bps", blockIo.throttleWriteBpsDevice(), "throttleWriteBpsDevice", out);
        throttlesV1("read_iops", blockIo.throttleReadIOPSDevice(), "throttleReadIOPSDevice", out);
        throttlesV1("write_iops", blockIo.throttleWriteIOPSDevice(), "throttleWriteIOPSDevice", out);
    }

    /** CFQ, which had the plain names and the leaf weights, went with Linux 5.0; BFQ has names of its own. */
    private static void weightV1(String numbers, OptionalInt weight, String file, String member, WriteList out) {
        if (weight.orElse(0) == 0) {
            return;
        }
        String value = numbers + weight.getAsInt();
        if (file.startsWith("leaf")) {
            out.add(V1, "blkio." + file, value, PATH + member);
        } else {
            out.addEither(V1, "blkio." + file, value, "blkio.bfq." + file, value, PATH + member);
        }
    }

    private static void throttlesV1(String what, List<Resources.ThrottleDevice> devices, String member, WriteList out) {
        for (int i = 0; i < devices.size(); i++) {
            Resources.ThrottleDevice device = devices.get(i);
            String value = numbers(device.major(), device.minor()) + Long.toUnsignedString(device.rate());
            out.add(V1, "blkio.throttle." + what + "_device", value, PATH + member + "[" + i + "]");
        }
    }

    private static void limitsV2(Resources.BlockIo blockIo, WriteList out) {
        weightV2("", blockIo.weight(), "weight", out);
        refuseLeafWeight(blockIo.leafWeight(), "leafWeight", out);
        for (int i = 0; i < blockIo.weightDevice().size(); i++) {
            Resources.WeightDevice device = blockIo.weightDevice().get(i);
            String member = "weightDevice[" + i + "].";
            weightV2(numbers(device.major(), device.minor()), device.weight(), member + "weight", out);
            refuseLeafWeight(device.leafWeight(), member + "leafWeight", out);
        }
        throttlesV2("rbps=", blockIo.throttleReadBpsDevice(), "throttleReadBpsDevice", out);
        throttlesV2("wbps=", blockIo.throttleWriteBpsDevice(), "throttleWriteBpsDevice", out);
        throttlesV2("riops=", blockIo.throttleReadIOPSDevice(), "throttleReadIOPSDevice", out);
        throttlesV2("wiops=", blockIo.throttleWriteIOPSDevice(), "throttleWriteIOPSDevice", out);
    }

    private static void weightV2(String numbers, OptionalInt weight, String member, WriteList out) {
        if (weight.orElse(0) != 0) {
            String same = numbers + weight.getAsInt();
            String converted = numbers + ioWeight(weight.getAsInt());
            out.addEither(V2, "io.bfq.weight", same, "io.weight", converted, PATH + member);
        }
    }

    private static void refuseLeafWeight(OptionalInt weight, String member, WriteList out) {
        if (weight.orElse(0) != 0) {
            throw out.onlyV1(V2, PATH + member);
        }
    }

    private static void throttlesV2(String key, List<Resources.ThrottleDevice> devices, String member, WriteList out) {
        for (int i = 0; i < devices.size(); i++) {
            Resources.ThrottleDevice device = devices.get(i);
            String rate = device.rate() == 0 ? "max" : Long.toUnsignedString(device.rate());
            String value = numbers(device.major(), device.minor()) + key + rate;
            out.add(V2, "io.max", value, PATH + member + "[" + i + "]");
        }
    }

    /** The straight line through the ends of both ranges, 10 to 1000 and 1 to 10000, as every runtime has it. */
    static long ioWeight(long weight) {
        return 1 + (weight - 10) * 9999 / 990;
    }

    private static String numbers(long major, long minor) {
        return major + ":" + minor + " ";
    }
}
