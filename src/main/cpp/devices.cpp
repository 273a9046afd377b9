// Which devices a cgroup of version 2 may use: an eBPF program, loaded and attached.
#include "engine.h"
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/resource.h>

namespace lc {

namespace {

constexpr uint32_t kMaxPrograms = 64; // the kernel's limit for a cgroup

int64_t bpf(uint32_t command, bpf_attr *attr) {
    return sys(__NR_bpf, static_cast<int64_t>(command), attr, static_cast<int64_t>(sizeof *attr));
}

int64_t load_once(const uint8_t *program, uint32_t size) {
    bpf_attr attr = {};
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = reinterpret_cast<uint64_t>(program);
    attr.insn_cnt = size / sizeof(bpf_insn);
    attr.license = reinterpret_cast<uint64_t>("Apache-2.0");
    memcpy(attr.prog_name, "lc_devices", sizeof "lc_devices");
    return bpf(BPF_PROG_LOAD, &attr);
}

/// Before Linux 5.11 programs count as locked memory, and having too little of it looks like a lack of privilege.
int64_t load(const uint8_t *program, uint32_t size) {
    int64_t fd = load_once(program, size);
    if (fd != -EPERM) return fd;
    const rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_MEMLOCK, &unlimited) < 0) return fd;
    return load_once(program, size);
}

int64_t attach(int32_t dir, int32_t program, int32_t instead) {
    bpf_attr attr = {};
    attr.target_fd = static_cast<uint32_t>(dir);
    attr.attach_bpf_fd = static_cast<uint32_t>(program);
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI;
    if (instead >= 0) {
        attr.attach_flags |= BPF_F_REPLACE; // Linux 5.6
        attr.replace_bpf_fd = static_cast<uint32_t>(instead);
    }
    return bpf(BPF_PROG_ATTACH, &attr);
}

int64_t detach(int32_t dir, int32_t program) {
    bpf_attr attr = {};
    attr.target_fd = static_cast<uint32_t>(dir);
    attr.attach_bpf_fd = static_cast<uint32_t>(program);
    attr.attach_type = BPF_CGROUP_DEVICE;
    return bpf(BPF_PROG_DETACH, &attr);
}

int64_t program_fd(uint32_t id) {
    bpf_attr attr = {};
    attr.prog_id = id;
    return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_cgroup_devices(int32_t dir, const uint8_t *program, uint32_t size) {
    uint32_t ids[kMaxPrograms] = {};
    bpf_attr query = {};
    query.query.target_fd = static_cast<uint32_t>(dir);
    query.query.attach_type = BPF_CGROUP_DEVICE;
    query.query.prog_ids = reinterpret_cast<uint64_t>(ids);
    query.query.prog_cnt = kMaxPrograms;
    int64_t r = bpf(BPF_PROG_QUERY, &query);
    if (r < 0) return static_cast<int32_t>(r);
    Fd loaded(load(program, size));
    if (loaded.get() < 0) return loaded.get();
    Fd first(query.query.prog_cnt > 0 ? program_fd(ids[0]) : -1);
    r = attach(dir, loaded.get(), first.get()); // in place: at no moment is there none
    for (uint32_t i = 1; r >= 0 && i < query.query.prog_cnt; i++) {
        Fd other(program_fd(ids[i]));
        r = other.get() < 0 ? other.get() : detach(dir, other.get());
    }
    return static_cast<int32_t>(r);
}
