#include "core/network/fused/packing.hpp"

namespace coulis::fused {

std::vector<int> choose_widths(int out_channels, const PanelWidths& widths) {
  const bool starts_at_blocks = widths.max * widths.lanes % kBlockChannels == 0;
  std::vector<int> chosen;
  for (int left = (out_channels + widths.lanes - 1) / widths.lanes; left > 0;) {
    const bool takes_most = starts_at_blocks && left % widths.max == 0;
    const int vectors = left <= widths.max ? std::max(left, widths.min) : takes_most ? widths.max : widths.usual;
    chosen.push_back(vectors * widths.lanes);
    left -= vectors;
  }
  return chosen;
}

}  // namespace coulis::fused
