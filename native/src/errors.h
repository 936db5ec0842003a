#pragma once

#include <napi.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "mailbox.h"

namespace flambeau {

/// A failure the binding itself finds. `code` is one of NativeFailure's in binding.ts.
struct BindingError : std::runtime_error {
  BindingError(std::string code, const std::string& message)
      : std::runtime_error(message), code(std::move(code)) {}
  std::string code;
};

/// An error that JavaScript threw inside a hook, on its way through libtorch back to JavaScript.
struct JsException : std::runtime_error {
  JsException(std::shared_ptr<Mailbox> home, napi_ref error)
      : std::runtime_error("a JavaScript hook threw"), error(std::move(home), error) {}
  JsException(const JsException& other) = default;
  SharedReference error;
};

/// What was being called, for the message.
struct CallContext {
  std::string schema;
  std::vector<std::string> args;
};

/// Turns the C++ exception in flight into a pending JavaScript one.
/// `describe` is asked for the context only when one is needed.
void throwCurrentException(napi_env env, CallContext (*describe)(const void*), const void* what);

inline void throwCurrentException(napi_env env) { throwCurrentException(env, nullptr, nullptr); }

}  // namespace flambeau
