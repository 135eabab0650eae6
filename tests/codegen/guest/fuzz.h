/* The host's trace functions, as the fuzzer has them: they count, and add up what they get. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#define FUZZ_EVENTS 7
#define FUZZ_FW_BASE UINT64_C(0x8000000000000000)
#define FUZZ_HV_BASE UINT64_C(0x1000)
#define FUZZ_MIX(value) (((uint64_t)(value) ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd))

extern uint64_t fuzz_calls[FUZZ_EVENTS];
extern uint64_t fuzz_sum;

static inline void trace_fw_none(void)
{
    fuzz_calls[0]++;
}

static inline void trace_fw_one(int a)
{
    fuzz_calls[1]++;
    fuzz_sum += FUZZ_MIX((int64_t)a);
}

static inline void trace_fw_six(uint64_t a, bool b, uint8_t c, uint64_t d, int64_t e, int16_t f)
{
    fuzz_calls[3]++;
    fuzz_sum += FUZZ_MIX(a) + FUZZ_MIX(b) + FUZZ_MIX(c) + FUZZ_MIX(d) + FUZZ_MIX(e) + FUZZ_MIX((int64_t)f);
}

static inline void trace_fw_text(uint64_t text, uint64_t pointer)
{
    fuzz_calls[4]++;
    fuzz_sum += FUZZ_MIX(text) + FUZZ_MIX(pointer);
}

static inline void trace_hv_enter(void)
{
    fuzz_calls[5]++;
}

static inline void trace_hv_leave(uint64_t a, uint64_t b)
{
    fuzz_calls[6]++;
    fuzz_sum += FUZZ_MIX(a) + FUZZ_MIX(b);
}

#endif
