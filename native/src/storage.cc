#include "storage.h"

#include <ATen/Functions.h>

#include <cstring>

#include "values.h"

namespace flambeau {

// Note [Borrowed buffers]
// A tensor over a typed array shares its memory and holds a strong reference to it, dropped with
// the storage. A reference cannot stop JavaScript from transferring an ArrayBuffer, which would
// take the memory away; core therefore marks it untransferable, and every use checks that it is
// still attached, at the price of one flag where no buffer was ever borrowed.

namespace {

struct BorrowedBuffer {
  SharedReference array;
};

void releaseBorrowed(void* context) {
  delete static_cast<BorrowedBuffer*>(context);
}

BorrowedBuffer* borrowedBuffer(const at::Tensor& tensor) {
  if (!tensor.has_storage()) return nullptr;
  const c10::DataPtr& data = tensor.storage().data_ptr();
  return data.get_deleter() == &releaseBorrowed
             ? static_cast<BorrowedBuffer*>(data.get_context())
             : nullptr;
}

struct TypedArray {
  void* data = nullptr;
  size_t bytes = 0;
  napi_value buffer = nullptr;
};

size_t elementSize(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    default:
      return 8;
  }
}

TypedArray typedArrayFrom(napi_env env, napi_value value) {
  TypedArray array;
  napi_typedarray_type type;
  size_t length = 0;
  size_t offset = 0;
  if (napi_get_typedarray_info(env, value, &type, &length, &array.data, &array.buffer, &offset) !=
      napi_ok) {
    throw BindingError("type", "expected a typed array, got " + describeValue(env, value));
  }
  array.bytes = length * elementSize(type);
  return array;
}

at::Tensor borrow(Environment& environment, napi_value value, const TypedArray& array,
                  at::ScalarType dtype, at::IntArrayRef shape) {
  napi_ref reference = nullptr;
  napi_create_reference(environment.env, value, 1, &reference);
  auto* borrowed = new BorrowedBuffer{{environment.mailbox, reference}};
  environment.hasBorrowedBuffers = true;
  c10::Storage storage(c10::Storage::use_byte_size_t(), array.bytes,
                       c10::DataPtr(array.data, borrowed, &releaseBorrowed, at::kCPU), nullptr,
                       false);
  return at::empty({0}, at::dtype(dtype)).set_(std::move(storage), 0, shape);
}

Napi::Value fromTypedArray(const Arguments& args) {
  const TypedArray array = typedArrayFrom(args.env(), args[0]);
  const auto dtype = static_cast<at::ScalarType>(args.integer(1));
  const std::vector<int64_t> shape = args.integers(2);
  const size_t itemSize = c10::elementSize(dtype);
  const size_t needed = c10::multiply_integers(shape) * itemSize;
  if (needed > array.bytes) {
    throw BindingError("value", "the shape needs " + std::to_string(needed) +
                                    " bytes, the array has " + std::to_string(array.bytes));
  }
  const bool aligned = reinterpret_cast<uintptr_t>(array.data) % itemSize == 0;
  if (!args.boolean(3) && aligned && needed > 0) {
    return args.wrap(borrow(args.environment, args[0], array, dtype, shape));
  }
  at::Tensor tensor = at::empty(shape, at::dtype(dtype));
  if (needed > 0) std::memcpy(tensor.mutable_data_ptr(), array.data, needed);
  return args.wrap(std::move(tensor));
}

Napi::Value item(const Arguments& args) {
  return Napi::Value(args.env(), scalarTo(args.env(), args.tensor(0).item()));
}

/// Row-major bytes on the CPU. Zero tensors, as some gradients are, have no memory of their own.
at::Tensor plainCopy(const at::Tensor& tensor) {
  const at::Tensor real = tensor._is_zerotensor() ? tensor.clone() : tensor;
  return real.detach().cpu().resolve_conj().resolve_neg().contiguous();
}

Napi::Value toArrayBuffer(const Arguments& args) {
  const at::Tensor plain = plainCopy(args.tensor(0));
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(args.env(), plain.nbytes());
  if (plain.nbytes() > 0) std::memcpy(buffer.Data(), plain.const_data_ptr(), plain.nbytes());
  return buffer;
}

class CopyWorker : public Napi::AsyncWorker {
 public:
  CopyWorker(Napi::Env env, at::Tensor tensor)
      : AsyncWorker(env),
        tensor_(std::move(tensor)),
        bytes_(tensor_.numel() * tensor_.element_size()),
        buffer_(Napi::Persistent(Napi::ArrayBuffer::New(env, bytes_))),
        target_(buffer_.Value().Data()),
        promise_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise promise() const { return promise_.Promise(); }

  void Execute() override {
    try {
      const c10::InferenceMode inference;
      const at::Tensor plain = plainCopy(tensor_);
      if (bytes_ > 0) std::memcpy(target_, plain.const_data_ptr(), bytes_);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void OnOK() override {
    if (!failure_) {
      promise_.Resolve(buffer_.Value());
      return;
    }
    try {
      std::rethrow_exception(failure_);
    } catch (...) {
      throwCurrentException(Env());
    }
    promise_.Reject(Env().GetAndClearPendingException().Value());
  }

 private:
  at::Tensor tensor_;
  size_t bytes_;
  Napi::Reference<Napi::ArrayBuffer> buffer_;
  void* target_;
  Napi::Promise::Deferred promise_;
  std::exception_ptr failure_;
};

Napi::Value toArrayBufferAsync(const Arguments& args) {
  auto* worker = new CopyWorker(args.env(), args.tensor(0));
  worker->Queue();
  return worker->promise();
}

}  // namespace

void refuseDetachedBuffer(Environment& environment, const at::Tensor& tensor) {
  const BorrowedBuffer* borrowed = borrowedBuffer(tensor);
  if (borrowed == nullptr || borrowed->array.home() != environment.mailbox) return;
  bool detached = false;
  const Napi::HandleScope scope(environment.env);
  const TypedArray array = typedArrayFrom(environment.env, borrowed->array.value());
  napi_is_detached_arraybuffer(environment.env, array.buffer, &detached);
  if (detached) {
    throw BindingError("bufferDetached",
                       "the buffer under the tensor was transferred away; copy it first with "
                       "tensor(), or keep the buffer");
  }
}

bool isBorrowed(const at::Tensor& tensor) { return borrowedBuffer(tensor) != nullptr; }

void defineStorage(Napi::Object exports) {
  define<fromTypedArray>(exports, "fromTypedArray");
  define<item>(exports, "item");
  define<toArrayBuffer>(exports, "toArrayBuffer");
  define<toArrayBufferAsync>(exports, "toArrayBufferAsync");
}

}  // namespace flambeau
