// PackedNetwork: a network's weights as an engine's kernels read them. Read-only once made; shared by the networks of all workers.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/network/fused/arena.hpp"
#include "core/network/fused/plan.hpp"
#include "core/network/fused/pointwise.hpp"

namespace coulis::fused {

template <class Engine>
struct PackedBlock {
  std::optional<PackedPointwise<typename Engine::Format>> maybe_expand;
  typename Engine::Depthwise depthwise;
  typename Engine::Projection project;
  bool residual = false;
};

template <class Engine>
struct PackedNetwork {
  using Pointwise = PackedPointwise<typename Engine::Format>;

  Engine engine;
  Plan plan;
  Pointwise stem;  // over the numbers of its window
  std::vector<PackedBlock<Engine>> blocks;
  std::optional<Pointwise> maybe_head;
  int feature_width = 0;
  Arena arena;  // what the packed layers point into
};

// Packer: stem(arena), head(arena), and expand, depthwise and project(block, arena), which pack the numbers of that layer.
template <class Engine, class Packer>
PackedNetwork<Engine> pack_network(const ModelCard& card, const InvertedResidualWeights& layers, Engine engine, const Packer& packer) {
  PackedNetwork<Engine> packed;
  packed.engine = std::move(engine);
  packed.plan = make_plan(card, layers, sizeof(typename Engine::Format::Element));
  packed.stem = packer.stem(packed.arena);
  for (std::size_t i = 0; i < layers.blocks.size(); ++i) {
    PackedBlock<Engine>& block = packed.blocks.emplace_back();
    if (layers.blocks[i].maybe_expand) block.maybe_expand = packer.expand(i, packed.arena);
    block.depthwise = packer.depthwise(i, packed.arena);
    block.project = packer.project(i, packed.arena);
    block.residual = layers.blocks[i].residual;
  }
  if (layers.maybe_head) packed.maybe_head = packer.head(packed.arena);
  packed.feature_width = layers.last_layer().out_channels;
  return packed;
}

}  // namespace coulis::fused
