#pragma once

#include <c10/core/InferenceMode.h>
#include <napi.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "errors.h"
#include "handles.h"
#include "mailbox.h"
#include "warnings.h"

namespace flambeau {

struct Operator;

/// All state of the addon in one JavaScript environment (the main thread or a worker).
struct Environment {
  explicit Environment(napi_env env);
  ~Environment();

  static Environment& of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<Environment*>(data);
  }

  /// What is due after every native call.
  void settle() {
    tensors.collect();
    mailbox->drain();
    warnings.flush();
  }

  napi_env env;
  std::shared_ptr<Mailbox> mailbox;
  TensorTable& tensors;
  Warnings warnings;
  napi_ref errorFactory = nullptr;
  /// Gives the JavaScript stack as text, for anomaly mode.
  napi_ref stackTracer = nullptr;
  std::vector<std::unique_ptr<Operator>> operators;
  std::vector<std::unique_ptr<c10::InferenceMode>> inferenceModes;
  /// Whether a tensor over a JavaScript buffer was ever made here. See Note [Borrowed buffers].
  bool hasBorrowedBuffers = false;
  /// Hooks and custom functions that libtorch may call. See autograd.cc.
  std::shared_ptr<std::atomic<int>> callbacks = std::make_shared<std::atomic<int>>(0);
};

/// The arguments of one call from JavaScript.
class Arguments {
 public:
  Arguments(Environment& environment, napi_value* values, size_t count)
      : environment(environment), values_(values), count_(count) {}

  Environment& environment;

  Napi::Env env() const { return environment.env; }
  Napi::Value operator[](size_t i) const {
    return i < count_ ? Napi::Value(environment.env, values_[i])
                      : Napi::Value(env().Undefined());
  }
  /// Argument `i` as a live tensor.
  at::Tensor& tensor(size_t i) const;
  bool boolean(size_t i) const;
  int64_t integer(size_t i) const;
  std::string text(size_t i) const;
  Napi::Function function(size_t i) const;
  std::vector<int64_t> integers(size_t i) const;
  std::vector<Handle> handles(size_t i) const;
  /// Null entries become undefined tensors.
  std::vector<at::Tensor> tensors(size_t i) const;

  /// A new handle for `tensor`; null for an undefined one.
  Napi::Value wrap(at::Tensor tensor) const;

 private:
  napi_value* values_;
  size_t count_;
};

using Method = Napi::Value (*)(const Arguments&);

constexpr size_t kMaxMethodArguments = 8;

template <Method method>
napi_value callMethod(napi_env env, napi_callback_info info) {
  napi_value values[kMaxMethodArguments];
  size_t count = kMaxMethodArguments;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  auto& environment = *static_cast<Environment*>(data);
  try {
    const Napi::Value result =
        method(Arguments(environment, values, std::min(count, kMaxMethodArguments)));
    environment.settle();
    return result;
  } catch (...) {
    throwCurrentException(env);
    return nullptr;
  }
}

/// Puts `method` on `exports` under `name`.
template <Method method>
void define(Napi::Object exports, const char* name) {
  napi_env env = exports.Env();
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callMethod<method>, &Environment::of(env),
                       &function);
  exports.Set(name, Napi::Value(env, function));
}

// One per area; each defines its functions of NativeBinding.
void defineTensors(Napi::Object exports);
void defineDispatch(Napi::Object exports);
void defineStorage(Napi::Object exports);
void defineProperties(Napi::Object exports);
void defineIndexing(Napi::Object exports);
void defineAutograd(Napi::Object exports);
void defineAutocast(Napi::Object exports);
void defineRandom(Napi::Object exports);
void defineConfiguration(Napi::Object exports);
void defineMemory(Napi::Object exports);
void defineCuda(Napi::Object exports);
void defineScript(Napi::Object exports);

}  // namespace flambeau
