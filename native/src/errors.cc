#include "errors.h"

#include <c10/util/Exception.h>

#include <new>

#include "environment.h"

namespace flambeau {

namespace {

struct Failure {
  std::string code;
  std::string message;
};

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

Failure torchFailure(const char* code, const c10::Error& error) {
  return {code, firstLine(error.what_without_backtrace())};
}

/// The exception in flight. One that JavaScript threw is made pending again and gives nothing.
std::optional<Failure> currentFailure(napi_env env) {
  try {
    throw;
  } catch (const JsException& error) {
    napi_throw(env, error.error.value());
    return std::nullopt;
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return std::nullopt;
  } catch (const BindingError& error) {
    return Failure{error.code, error.what()};
  } catch (const c10::OutOfMemoryError& error) {
    return torchFailure("outOfMemory", error);
  } catch (const c10::IndexError& error) {
    return torchFailure("index", error);
  } catch (const c10::ValueError& error) {
    return torchFailure("value", error);
  } catch (const c10::TypeError& error) {
    return torchFailure("type", error);
  } catch (const c10::NotImplementedError& error) {
    return torchFailure("notImplemented", error);
  } catch (const c10::LinAlgError& error) {
    return torchFailure("linalg", error);
  } catch (const c10::Error& error) {
    return torchFailure("torch", error);
  } catch (const std::bad_alloc&) {
    return Failure{"outOfMemory", "out of memory"};
  } catch (const std::exception& error) {
    return Failure{"std", firstLine(error.what())};
  } catch (...) {
    return Failure{"std", "an exception that is no std::exception"};
  }
}

void throwFailure(napi_env env, const Failure& failure, CallContext (*describe)(const void*),
                  const void* what) {
  Environment& environment = Environment::of(env);
  environment.warnings.flush();
  if (environment.errorFactory == nullptr) {
    napi_throw_error(env, failure.code.c_str(), failure.message.c_str());
    return;
  }
  const Napi::HandleScope scope(env);
  Napi::Object description = Napi::Object::New(env);
  description.Set("code", failure.code);
  description.Set("message", failure.message);
  if (describe != nullptr) {
    const CallContext context = describe(what);
    description.Set("schema", context.schema);
    Napi::Array args = Napi::Array::New(env, context.args.size());
    for (size_t i = 0; i < context.args.size(); ++i) args.Set(i, context.args[i]);
    description.Set("args", args);
  }
  napi_value factory = nullptr;
  napi_get_reference_value(env, environment.errorFactory, &factory);
  napi_throw(env, Napi::Function(env, factory).Call({description}));
}

}  // namespace

void throwCurrentException(napi_env env, CallContext (*describe)(const void*), const void* what) {
  try {
    const std::optional<Failure> failure = currentFailure(env);
    if (failure) throwFailure(env, *failure, describe, what);
  } catch (const Napi::Error& error) {
    // The factory threw, or the worker is being terminated and no JavaScript can run any more.
    error.ThrowAsJavaScriptException();
  }
}

}  // namespace flambeau
