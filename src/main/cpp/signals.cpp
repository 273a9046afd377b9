// Signals that a command gets and another process is meant by. The handler itself passes them on: no thread of a JVM
// needs to be free for it, and HotSpot lets Java have neither SIGQUIT nor SIGUSR2.
#include "engine.h"
#include <atomic>
#include <errno.h>
#include <sched.h>
#include <signal.h>

namespace lc {

namespace {

constexpr int kSignals = 64;
constexpr int32_t kHeld = -1;

/// Those that speak of this process itself, that HotSpot lives on, or that nobody can catch.
constexpr int kAboutItself[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,   SIGTRAP, SIGABRT, SIGSYS,
                                SIGCHLD, SIGURG,  SIGPIPE, SIGXCPU, SIGXFSZ, SIGWINCH, SIGTTIN, SIGTTOU};

struct sigaction before[kSignals + 1];
std::atomic<uint64_t> taken{0}; // bits of signals
std::atomic<uint64_t> kept{0};
std::atomic<int32_t> target{kHeld};
std::atomic<int32_t> inside{0};
std::atomic<bool> busy{false};

uint64_t bit(int signal) { return 1ull << (signal - 1); }

bool own(int signal) {
    for (int each : kAboutItself)
        if (each == signal) return true;
    return false;
}

void send(int signal) { sys(__NR_pidfd_send_signal, target.load(), signal, nullptr, 0L); }

void handle(int signal, siginfo_t *info, void *context) {
    int saved = errno;
    // Threads of this process talk to each other by signals, too: HotSpot to suspend one, the JDK to interrupt a call.
    if (info->si_code == SI_TKILL && info->si_pid == static_cast<pid_t>(sys(__NR_getpid))) {
        const struct sigaction &old = before[signal];
        if (old.sa_flags & SA_SIGINFO)
            old.sa_sigaction(signal, info, context);
        else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN)
            old.sa_handler(signal);
    } else {
        inside++;
        kept |= bit(signal);
        if (target.load() != kHeld && kept.fetch_and(~bit(signal)) & bit(signal)) send(signal);
        inside--;
    }
    errno = saved;
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_signals_hold(void) {
    if (busy.exchange(true)) return -EBUSY;
    kept = 0;
    struct sigaction action = {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    for (int signal = 1; signal <= kSignals; signal++) {
        if (own(signal) || sigaction(signal, nullptr, &before[signal]) < 0) continue; // libc keeps two for itself
        if (sigaction(signal, &action, nullptr) == 0) taken |= bit(signal);
    }
    return 0;
}

extern "C" int32_t lc_signals_to(int32_t pidfd) {
    if (!busy.load() || pidfd < 0) return -EINVAL;
    target = pidfd;
    uint64_t first = kept.exchange(0);
    for (int signal = 1; signal <= kSignals; signal++)
        if (first & bit(signal)) send(signal);
    return 0;
}

extern "C" int32_t lc_signals_release(void) {
    if (!busy.load()) return -EINVAL;
    for (int signal = 1; signal <= kSignals; signal++)
        if (taken.load() & bit(signal)) sigaction(signal, &before[signal], nullptr);
    taken = 0;
    target = kHeld;
    while (inside.load()) sched_yield(); // in some other thread, with the pidfd that is about to be closed
    busy = false;
    return 0;
}
