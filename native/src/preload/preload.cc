// A small addon without libtorch that opens libtorch's libraries by full path and leaves them
// open for the process. The main addon, which names them without a path, is loaded after it and
// so binds to the folder that was chosen at run time.

#include <node_api.h>

#include <string>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace {

#ifdef _WIN32

std::string LastError() {
  char text[512] = "";
  const DWORD code = GetLastError();
  const DWORD length =
      FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, code, 0,
                     text, sizeof(text), nullptr);
  return length > 0 ? std::string(text, length) : "error " + std::to_string(code);
}

napi_status OpenLibrary(napi_env env, napi_value path, std::string* error) {
  size_t length = 0;
  napi_status status = napi_get_value_string_utf16(env, path, nullptr, 0, &length);
  if (status != napi_ok) return status;
  std::u16string text(length, u'\0');
  status = napi_get_value_string_utf16(env, path, text.data(), length + 1, &length);
  if (status != napi_ok) return status;
  // The altered search path looks for a library's own dependencies in its folder.
  if (LoadLibraryExW(reinterpret_cast<const wchar_t*>(text.c_str()), nullptr,
                     LOAD_WITH_ALTERED_SEARCH_PATH) == nullptr) {
    *error = LastError();
  }
  return napi_ok;
}

#else

napi_status OpenLibrary(napi_env env, napi_value path, std::string* error) {
  size_t length = 0;
  napi_status status = napi_get_value_string_utf8(env, path, nullptr, 0, &length);
  if (status != napi_ok) return status;
  std::string text(length, '\0');
  status = napi_get_value_string_utf8(env, path, text.data(), length + 1, &length);
  if (status != napi_ok) return status;
  // Never closed: libtorch does not survive being unloaded.
  if (dlopen(text.c_str(), RTLD_LAZY) == nullptr) *error = dlerror();
  return napi_ok;
}

#endif

// open(path: string): void. Throws with the system's own words.
napi_value Open(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value path = nullptr;
  if (napi_get_cb_info(env, info, &count, &path, nullptr, nullptr) != napi_ok) return nullptr;
  std::string error;
  if (count < 1 || OpenLibrary(env, path, &error) != napi_ok) {
    napi_throw_type_error(env, nullptr, "open: expected the path of a library");
  } else if (!error.empty()) {
    napi_throw_error(env, nullptr, error.c_str());
  }
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value open = nullptr;
  if (napi_create_function(env, "open", NAPI_AUTO_LENGTH, Open, nullptr, &open) != napi_ok ||
      napi_set_named_property(env, exports, "open", open) != napi_ok) {
    return nullptr;
  }
  return exports;
}
