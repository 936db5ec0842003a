#include "js_callback.h"

#include <ATen/ThreadLocalState.h>

namespace flambeau {

namespace {

napi_ref strongReference(napi_env env, napi_value value) {
  napi_ref reference = nullptr;
  napi_create_reference(env, value, 1, &reference);
  return reference;
}

}  // namespace

JsCallback::JsCallback(Environment& environment, const Napi::Function& function)
    : function_(environment.mailbox, strongReference(environment.env, function)),
      count_(std::make_shared<Count>(environment.callbacks)) {}

void JsCallback::call(
    const std::function<void(Environment&, const Napi::Function&)>& use) const {
  const std::shared_ptr<Mailbox>& home = function_.home();
  std::exception_ptr failure;
  const auto run = [&] {
    napi_env env = home->env();
    const Napi::HandleScope scope(env);
    try {
      use(Environment::of(env), Napi::Value(env, function_.value()).As<Napi::Function>());
    } catch (const Napi::Error& error) {
      failure = std::make_exception_ptr(JsException(home, strongReference(env, error.Value())));
    } catch (...) {
      failure = std::current_exception();
    }
  };
  if (home->onHomeThread()) {
    run();
  } else {
    // Libtorch's state of the calling thread, such as whether gradients are recorded, goes along.
    const at::ThreadLocalState state;
    const bool answered = home->callHome([&] {
      const at::ThreadLocalStateGuard guard(state);
      run();
    });
    if (!answered) {
      throw BindingError("value",
                         "a JavaScript hook was reached from another thread; call backward in the "
                         "environment that registered it");
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace flambeau
