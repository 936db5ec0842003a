#include <ATen/autocast_mode.h>

#include "environment.h"
#include "values.h"

namespace flambeau {

namespace {

c10::DeviceType deviceTypeArgument(const Arguments& args) {
  const c10::DeviceType type = deviceFrom(args.env(), args[0]).type();
  if (!at::autocast::is_autocast_available(type)) {
    throw BindingError("device", "autocast is not available for " + c10::DeviceTypeName(type, true));
  }
  return type;
}

Napi::Value isAutocastAvailable(const Arguments& args) {
  const c10::DeviceType type = deviceFrom(args.env(), args[0]).type();
  return Napi::Boolean::New(args.env(), at::autocast::is_autocast_available(type));
}

Napi::Object stateOf(const Arguments& args, c10::DeviceType type) {
  Napi::Object state = Napi::Object::New(args.env());
  state.Set("enabled", at::autocast::is_autocast_enabled(type));
  state.Set("dtype", static_cast<int>(at::autocast::get_autocast_dtype(type)));
  state.Set("cacheEnabled", at::autocast::is_autocast_cache_enabled());
  return state;
}

void setState(const Arguments& args, c10::DeviceType type) {
  const Napi::Object state = args[1].As<Napi::Object>();
  const bool enabled = booleanFrom(args.env(), state.Get("enabled"));
  const auto dtype = static_cast<at::ScalarType>(integerFrom(args.env(), state.Get("dtype")));
  const bool cacheEnabled = booleanFrom(args.env(), state.Get("cacheEnabled"));
  at::autocast::set_autocast_enabled(type, enabled);
  at::autocast::set_autocast_dtype(type, dtype);
  at::autocast::set_autocast_cache_enabled(cacheEnabled);
}

Napi::Value autocastState(const Arguments& args) {
  return stateOf(args, deviceTypeArgument(args));
}

Napi::Value autocastBegin(const Arguments& args) {
  setState(args, deviceTypeArgument(args));
  at::autocast::increment_nesting();
  return args.env().Undefined();
}

Napi::Value autocastEnd(const Arguments& args) {
  // Weights that were cast may change from here on.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  setState(args, deviceTypeArgument(args));
  return args.env().Undefined();
}

Napi::Value clearAutocastCache(const Arguments& args) {
  at::autocast::clear_cache();
  return args.env().Undefined();
}

}  // namespace

void defineAutocast(Napi::Object exports) {
  define<isAutocastAvailable>(exports, "isAutocastAvailable");
  define<autocastState>(exports, "autocastState");
  define<autocastBegin>(exports, "autocastBegin");
  define<autocastEnd>(exports, "autocastEnd");
  define<clearAutocastCache>(exports, "clearAutocastCache");
}

}  // namespace flambeau
