#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace nnpot {

/// Scratch memory that is handed out piece by piece and taken back all at once. Pieces stay where they
/// are until they are released; after the first few centers nothing is allocated any more.
class Arena {
public:
    /// Room for @p n values of a trivial type, aligned to a cache line; the content is undefined.
    template <typename Value>
    Value* take(std::size_t n) {
        return static_cast<Value*>(take_bytes(n * sizeof(Value)));
    }

    template <typename Value>
    Value* take_zeros(std::size_t n) {
        Value* const values = take<Value>(n);
        for (std::size_t i = 0; i < n; ++i) values[i] = Value(0);
        return values;
    }

    /// A point in time; release() takes back all that was handed out since.
    struct Mark {
        std::size_t block = 0;
        std::size_t used = 0;
    };
    Mark mark() const noexcept { return {block_, used_}; }
    void release(const Mark& mark) noexcept {
        block_ = mark.block;
        used_ = mark.used;
    }
    void reset() noexcept { release({}); }

private:
    static constexpr std::size_t alignment = 64;
    static constexpr std::size_t block_bytes = std::size_t{1} << 18;

    struct Block {
        std::unique_ptr<std::byte[]> memory;
        std::byte* begin = nullptr;
        std::size_t bytes = 0;
    };

    static Block make_block(std::size_t bytes) {
        Block block;
        block.memory = std::unique_ptr<std::byte[]>(new std::byte[bytes + alignment]);
        void* begin = block.memory.get();
        std::size_t space = bytes + alignment;
        block.begin = static_cast<std::byte*>(std::align(alignment, bytes, begin, space));
        block.bytes = bytes;
        return block;
    }

    void* take_bytes(std::size_t bytes) {
        const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
        while (block_ < blocks_.size() && used_ + rounded > blocks_[block_].bytes) {
            ++block_;
            used_ = 0;
        }
        if (block_ == blocks_.size()) blocks_.push_back(make_block(rounded > block_bytes ? rounded : block_bytes));
        std::byte* const piece = blocks_[block_].begin + used_;
        used_ += rounded;
        return piece;
    }

    std::vector<Block> blocks_;
    std::size_t block_ = 0;
    std::size_t used_ = 0;
};

}  // namespace nnpot
