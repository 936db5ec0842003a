#include "warnings.h"

#include <napi.h>

namespace flambeau {

void Warnings::process(const c10::Warning& warning) {
  const bool deprecation =
      std::holds_alternative<c10::Warning::DeprecationWarning>(warning.type());
  add(warning.msg(), deprecation ? "DeprecationWarning" : "TorchWarning");
}

void Warnings::add(std::string message, std::string category) {
  pending_.push_back({std::move(message), std::move(category)});
}

void Warnings::emit() {
  std::vector<Pending> pending;
  pending.swap(pending_);
  const Napi::Env env(env_);
  const Napi::HandleScope scope(env);
  const Napi::Object process = env.Global().Get("process").As<Napi::Object>();
  for (const Pending& warning : pending) {
    process.Get("emitWarning")
        .As<Napi::Function>()
        .Call(process, {Napi::String::New(env, warning.message),
                        Napi::String::New(env, warning.category)});
  }
}

}  // namespace flambeau
