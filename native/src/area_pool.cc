#include "area_pool.h"

#include <ATen/ATen.h>
#include <ATen/ops/_adaptive_avg_pool2d_native.h>
#include <torch/library.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "kernel_override.h"

// Note [Means of areas]
// A photograph that becomes more than two times smaller is averaged over areas first. libtorch takes
// the mean of each area by itself, number by number: 13 ms for 600 x 800 pixels, more than all other
// augmentation of the image together. Here the rows of an area are added up first, whole rows at
// once, in loops that the compiler turns into vector instructions, and then the columns: 2 ms. Only
// the order of the sums differs. It takes the place of the kernel for float32; what autograd does
// with it is libtorch's, and so are batches, over whose images and channels libtorch's kernel spreads
// its threads.

namespace flambeau {

namespace {

/// The part of a side of `size` that becomes number `index` of `count`.
struct Span {
  int64_t begin;
  int64_t end;
};

std::vector<Span> spansOf(int64_t size, int64_t count) {
  std::vector<Span> spans;
  spans.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    spans.push_back({i * size / count, (i * size + size + count - 1) / count});
  }
  return spans;
}

FLAMBEAU_VECTORIZED
void addUp(const float* row, float* sums, int64_t length) {
  for (int64_t i = 0; i < length; ++i) sums[i] += row[i];
}

/// Planes lie one after another, `channels` numbers of a pixel side by side in each.
struct Planes {
  int64_t count;
  int64_t rows;
  int64_t columns;
  int64_t channels;
};

void meansOfRow(const float* sums, const std::vector<Span>& spans, int64_t channels, int64_t height,
                float* to) {
  for (const auto& [begin, end] : spans) {
    const auto area = static_cast<float>(height * (end - begin));
    for (int64_t channel = 0; channel < channels; ++channel) {
      float sum = 0;
      for (int64_t i = begin; i < end; ++i) sum += sums[i * channels + channel];
      *to++ = sum / area;
    }
  }
}

void meansOfAreas(const float* from, const Planes& planes, int64_t rows, int64_t columns, float* to) {
  const std::vector<Span> across = spansOf(planes.columns, columns);
  const std::vector<Span> down = spansOf(planes.rows, rows);
  const int64_t length = planes.columns * planes.channels;
  std::vector<float> sums(length);
  for (int64_t place = 0; place < planes.count * rows; ++place) {
    const auto& [begin, end] = down[place % rows];
    const float* plane = from + place / rows * planes.rows * length;
    std::copy_n(plane + begin * length, length, sums.data());
    for (int64_t row = begin + 1; row < end; ++row) addUp(plane + row * length, sums.data(), length);
    meansOfRow(sums.data(), across, planes.channels, end - begin,
               to + place * columns * planes.channels);
  }
}

/// Channels of one image.
constexpr int64_t kMostChannels = 4;

at::Tensor adaptiveAvgPool2d(const at::Tensor& input, at::IntArrayRef size) {
  const bool ours = input.scalar_type() == at::kFloat && input.numel() > 0 && size.size() == 2 &&
                    size[0] > 0 && size[1] > 0 &&
                    (input.dim() == 3 || (input.dim() == 4 && input.size(0) == 1)) &&
                    input.size(-3) <= kMostChannels;
  if (!ours) return at::native::adaptive_avg_pool2d_cpu(input, size);
  const at::Tensor image = input.dim() == 3 ? input : input[0];
  const int64_t channels = image.size(0);
  const bool together = image.permute({1, 2, 0}).is_contiguous();
  const at::Tensor source = together ? image : image.contiguous();
  at::Tensor result = together ? at::empty({size[0], size[1], channels}, image.options())
                               : at::empty({channels, size[0], size[1]}, image.options());
  meansOfAreas(source.const_data_ptr<float>(),
               {together ? 1 : channels, image.size(1), image.size(2), together ? channels : 1},
               size[0], size[1], result.data_ptr<float>());
  if (together) result = result.permute({2, 0, 1});
  return input.dim() == 3 ? result : result.unsqueeze(0);
}

}  // namespace

void installAreaPool() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__,
                                  __LINE__);
    overrideCpuKernel(library, "_adaptive_avg_pool2d", TORCH_FN(adaptiveAvgPool2d));
  });
}

}  // namespace flambeau
