#include "bernoulli.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/bernoulli_native.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>

#include "kernel_override.h"

// Note [Drawing for dropout]
// libtorch's `bernoulli_` on CPU asks its generator for one number at a time; in a model of fully
// connected layers that is a sixth of a training step. Here the same Mersenne Twister makes a block
// of numbers at once, in loops that the compiler turns into vector instructions (0.7 instead of
// 5.6 ns each), and leaves the generator in the same state. A run gives the same numbers as without
// it: where libtorch would draw others, as a build with another algorithm does, its own kernel stays.

namespace flambeau {

namespace {

constexpr int kStates = at::MERSENNE_STATE_N;
constexpr int kShift = at::MERSENNE_STATE_M;
/// As many as one block of the generator's states gives, two for each.
constexpr int64_t kDrawsAtOnce = kStates / 2;
/// Bits of 64 drawn ones that libtorch makes a double in [0, 1) of.
constexpr int kDigits = std::numeric_limits<double>::digits;

FLAMBEAU_INLINE uint32_t twist(uint32_t upper, uint32_t lower) {
  const uint32_t mixed = (upper & at::UMASK) | (lower & at::LMASK);
  return (mixed >> 1) ^ ((lower & 1) != 0 ? uint32_t{at::MATRIX_A} : 0);
}

FLAMBEAU_INLINE void nextStates(uint32_t* states) {
  int i = 0;
  for (; i < kStates - kShift; ++i) states[i] = states[i + kShift] ^ twist(states[i], states[i + 1]);
  for (; i < kStates - 1; ++i) {
    states[i] = states[i + kShift - kStates] ^ twist(states[i], states[i + 1]);
  }
  states[i] = states[i + kShift - kStates] ^ twist(states[i], states[0]);
}

FLAMBEAU_INLINE void temper(const uint32_t* states, uint32_t* drawn, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits = states[i];
    bits ^= bits >> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    drawn[i] = bits ^ (bits >> 18);
  }
}

FLAMBEAU_INLINE void draw(at::mt19937_data_pod& engine, uint32_t* drawn, int64_t count) {
  while (count > 0) {
    if (engine.left_ == 1) {
      nextStates(engine.state_.data());
      engine.left_ = kStates + 1;
      engine.next_ = 0;
    }
    const int64_t part = std::min<int64_t>(count, engine.left_ - 1);
    temper(engine.state_.data() + engine.next_, drawn, part);
    engine.next_ += static_cast<uint32_t>(part);
    engine.left_ -= static_cast<int>(part);
    drawn += part;
    count -= part;
  }
}

FLAMBEAU_VECTORIZED
void fill(float* values, int64_t count, double p, at::mt19937_data_pod& engine) {
  // Scaling by a power of two is exact, so that `number * 2^-53 < p` is decided on whole numbers,
  // the upper 21 bits first.
  const auto limit = static_cast<uint64_t>(std::ceil(std::ldexp(p, kDigits)));
  const auto upperLimit = static_cast<uint32_t>(limit >> 32);
  const auto lowerLimit = static_cast<uint32_t>(limit);
  constexpr uint32_t kUpper = (uint32_t{1} << (kDigits - 32)) - 1;
  std::array<uint32_t, 2 * kDrawsAtOnce> drawn;
  for (; count > 0; values += kDrawsAtOnce, count -= kDrawsAtOnce) {
    const int64_t part = std::min(kDrawsAtOnce, count);
    draw(engine, drawn.data(), 2 * part);
    for (int64_t i = 0; i < part; ++i) {
      const uint32_t upper = drawn[2 * i] & kUpper;
      const uint32_t lower = drawn[2 * i + 1];
      const bool below = (upper < upperLimit) | ((upper == upperLimit) & (lower < lowerLimit));
      values[i] = below ? 1.0f : 0.0f;
    }
  }
}

void fillBernoulli(const at::Tensor& self, double p, const std::optional<at::Generator>& given) {
  auto* generator = at::get_generator_or_default<at::CPUGeneratorImpl>(
      given, at::detail::getDefaultCPUGenerator());
  const std::lock_guard<std::mutex> lock(generator->mutex_);
  at::mt19937 engine = generator->engine();
  at::mt19937_data_pod data = engine.data();
  fill(self.data_ptr<float>(), self.numel(), p, data);
  engine.set_data(data);
  generator->set_engine(engine);
}

at::Tensor& bernoulli(at::Tensor& self, double p, std::optional<at::Generator> generator) {
  const bool ours = self.scalar_type() == at::kFloat && self.is_non_overlapping_and_dense() &&
                    p >= 0 && p <= 1;
  if (!ours) return at::native::bernoulli_(self, p, std::move(generator));
  fillBernoulli(self, p, generator);
  return self;
}

/// Whether libtorch draws the same numbers and leaves its generator in the same state.
bool agreesWithLibtorch() {
  constexpr int64_t kCount = 2 * kStates + 1;
  const at::Generator ours = at::detail::createCPUGenerator();
  const at::Generator theirs = ours.clone();
  for (const double p : {0.25, 0.99}) {
    at::Tensor drawn = at::empty({kCount}, at::kFloat);
    at::Tensor expected = at::empty({kCount}, at::kFloat);
    fillBernoulli(drawn, p, ours);
    at::native::bernoulli_(expected, p, theirs);
    if (!drawn.equal(expected)) return false;
  }
  return ours.get_state().equal(theirs.get_state());
}

}  // namespace

void installBernoulli() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    if (!agreesWithLibtorch()) return;
    static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__,
                                  __LINE__);
    overrideCpuKernel(library, "bernoulli_.float", TORCH_FN(bernoulli));
  });
}

}  // namespace flambeau
