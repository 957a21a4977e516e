import Foundation

/// One computation over a batch, and ways to do it, the simplest first.
struct Kernel {
    struct Way {
        var name: String
        /// Whether the product does it so.
        var isProduct = false
        /// Computes one batch, in the buffer.
        var run: (UnsafeMutableRawBufferPointer) -> Void
    }

    struct Unequal: Error, CustomStringConvertible {
        var description: String
    }

    var name: String
    /// What the buffer holds at first.
    var input: [UInt8]
    var ways: [Way]
    /// The product's own code, where no way calls it: another module's generic code is not specialised here, as it is where
    /// the product calls it, so its time would say nothing. Its result is the one that all ways must give.
    var product: ((UnsafeMutableRawBufferPointer) -> Void)?

    /// A line a way, in microseconds of processor time a transaction.
    func report(rounds: Int) throws -> String {
        try compare()
        let times = times(rounds: rounds)
        let fastest = times.min() ?? 0
        let kept = times.firstIndex { $0 <= fastest * 1.1 }
        let lines = ways.indices.map { number in
            let way = ways[number]
            var line = "  " + way.name.padding(toLength: 58, withPad: " ", startingAt: 0)
            line += String(format: "%9.3f µs  %6.2f x", times[number], times[number] / fastest)
            if number == kept { line += "  simplest within 10 %" }
            return line + (way.isProduct ? "  (the product)" : "")
        }
        return ([name] + lines).joined(separator: "\n")
    }

    private func compare() throws {
        guard let reference = product ?? ways.first(where: \.isProduct)?.run else {
            throw Unequal(description: "\(name): nothing here is the product's")
        }
        let expected = result(of: reference)
        for way in ways where result(of: way.run) != expected {
            throw Unequal(description: "\(name): \(way.name) gives another result than the product")
        }
    }

    private func result(of run: (UnsafeMutableRawBufferPointer) -> Void) -> [UInt8] {
        var buffer = input
        buffer.withUnsafeMutableBytes(run)
        return buffer
    }

    /// Medians; ways take turns, so that what disturbs the machine disturbs them all.
    private func times(rounds: Int) -> [Double] {
        var buffer = input
        return buffer.withUnsafeMutableBytes { buffer in
            // As many calls as take five milliseconds.
            let calls = ways.map { way in
                let once = max(Self.processorMicroseconds { way.run(buffer) }, 0.1)
                return max(1, min(10_000, Int(5000 / once)))
            }
            var samples = ways.map { _ in [Double]() }
            for _ in 0..<rounds {
                for (number, way) in ways.enumerated() {
                    let spent = Self.processorMicroseconds { for _ in 0..<calls[number] { way.run(buffer) } }
                    samples[number].append(spent / Double(calls[number] * Workload.batch))
                }
            }
            return samples.map { $0.sorted()[rounds / 2] }
        }
    }

    private static func processorMicroseconds(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) * 1_000_000 + Double(time.tv_nsec) / 1000
        }
        let start = now()
        work()
        return now() - start
    }
}
