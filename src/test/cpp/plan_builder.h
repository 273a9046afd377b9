// Builds plans by hand for native tests: what plan.PlanEncoder does in Java.
#pragma once
#include "libcontainer.h"
#include <string>
#include <string.h>
#include <vector>

class PlanBuilder {
  public:
    lc_plan_header header{};
    std::vector<lc_step> steps;

    PlanBuilder() { header.cgroup_slot = LC_NO_SLOT; }

    /// Offsets are relative to the data until build() knows where that begins.
    struct Ref {
        uint32_t offset;
    };
    Ref text(const std::string &s) { return bytes(s.c_str(), s.size() + 1, 1); }
    Ref bytes(const void *p, size_t n, size_t alignment = 8) {
        while (data_.size() % alignment) data_.push_back(0);
        auto at = static_cast<uint32_t>(data_.size());
        data_.insert(data_.end(), static_cast<const uint8_t *>(p), static_cast<const uint8_t *>(p) + n);
        return {at};
    }
    PlanBuilder &step(uint16_t opcode, uint32_t b = 0, uint64_t d = 0) {
        steps.push_back({opcode, 0, 0, b, 0, d});
        return *this;
    }
    PlanBuilder &a(Ref r) { return fix(0, r); }
    PlanBuilder &b(Ref r) { return fix(1, r); }
    PlanBuilder &c(Ref r) { return fix(2, r); }
    PlanBuilder &c(uint32_t v) { steps.back().c = v; return *this; }
    PlanBuilder &exec(const std::vector<std::string> &args) {
        std::string candidates = args[0] + std::string(1, '\0');
        Ref path = bytes(candidates.c_str(), candidates.size() + 1, 1);
        Ref argv = vector(args), envp = vector({});
        return step(LC_EXECVE).a(path).b(argv).c(envp);
    }
    std::vector<uint8_t> build() {
        auto start = static_cast<uint32_t>(sizeof header + steps.size() * sizeof(lc_step));
        std::vector<lc_step> fixed = steps;
        for (auto &f : fixes_) {
            uint32_t *operands[] = {&fixed[f.step].a, &fixed[f.step].b, &fixed[f.step].c};
            *operands[f.operand] = start + f.ref.offset;
        }
        std::vector<uint8_t> data = data_;
        for (auto &v : vectors_)
            for (uint32_t i = 0; i < v.count; i++) {
                uint64_t word;
                memcpy(&word, &data[v.at + 8 + i * 8], 8);
                word += start;
                memcpy(&data[v.at + 8 + i * 8], &word, 8);
            }
        while ((start + data.size()) % 8) data.push_back(0);
        header.magic = LC_PLAN_MAGIC;
        header.version = LC_PLAN_VERSION;
        header.size = static_cast<uint32_t>(start + data.size());
        header.step_count = static_cast<uint32_t>(steps.size());
        std::vector<uint8_t> plan(header.size);
        memcpy(plan.data(), &header, sizeof header);
        memcpy(plan.data() + sizeof header, fixed.data(), fixed.size() * sizeof(lc_step));
        memcpy(plan.data() + start, data.data(), data.size());
        return plan;
    }

  private:
    struct Fix {
        size_t step;
        int operand;
        Ref ref;
    };
    struct Vector {
        uint32_t at, count;
    };
    PlanBuilder &fix(int operand, Ref r) {
        fixes_.push_back({steps.size() - 1, operand, r});
        return *this;
    }
    Ref vector(const std::vector<std::string> &strings) {
        std::vector<uint64_t> words{strings.size()};
        for (auto &s : strings) words.push_back(text(s).offset);
        words.push_back(0);
        Ref r = bytes(words.data(), words.size() * 8);
        vectors_.push_back({r.offset, static_cast<uint32_t>(strings.size())});
        return r;
    }
    std::vector<uint8_t> data_;
    std::vector<Fix> fixes_;
    std::vector<Vector> vectors_;
};
