#include "job/storage/s3/etag.hpp"

#include <algorithm>

#include "job/storage/s3/digest.hpp"

namespace coulis::s3 {
namespace {

constexpr std::size_t kMd5Digits = 32;  // that of an object put in parts has a '-' and is longer

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string_view without_quotes(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

bool looks_like_md5(std::string_view etag) {
  return etag.size() == kMd5Digits && is_hex(etag);
}

Fit compare_etag(const HttpReply& reply) {
  const std::string_view etag = without_quotes(reply.header("etag"));
  const std::string_view encryption = reply.header("x-amz-server-side-encryption");
  const bool own_key = !reply.header("x-amz-server-side-encryption-customer-algorithm").empty();
  if (!looks_like_md5(etag) || own_key || (!encryption.empty() && encryption != "AES256")) return Fit::kUnknown;
  return md5_hex(reply.body) == etag ? Fit::kFits : Fit::kDiffers;
}

bool EtagRule::is_damaged(const HttpReply& reply, const std::function<bool()>& any_fits) {
  if (is_off()) return false;
  const Fit fit = compare_etag(reply);
  State open = State::kOpen;
  if (fit == Fit::kFits) state_.compare_exchange_strong(open, State::kOn);
  if (fit != Fit::kDiffers) return false;
  if (state_ == State::kOpen) {
    const std::lock_guard lock(deciding_);
    if (state_ == State::kOpen) {
      const State found = any_fits() ? State::kOn : State::kOff;
      state_.compare_exchange_strong(open, found);  // one that fits elsewhere may have come first
    }
  }
  return state_ == State::kOn;
}

}  // namespace coulis::s3
