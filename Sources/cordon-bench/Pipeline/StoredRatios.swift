import Foundation
import Terminal

/// The ratios of a stored result. Rates are a machine's; ratios of two rates measured one after the other stay alike from
/// machine to machine, so that a fall of one means that the code became slower.
struct StoredRatios: Decodable {
    var secure_to_clear: Double
    var protocol_to_clear: Double

    init(file: String) throws {
        guard let ratios = try? JSONDecoder().decode(StoredRatios.self, from: Data(try readFile(file))) else {
            throw Failure(
                "\(file) holds no secure_to_clear and protocol_to_clear: it is not from a whole run of this bench")
        }
        self = ratios
    }

    /// A sentence for each ratio that fell by more than a tenth.
    func slowdowns(_ now: PipelineFigures) -> [String] {
        [
            ("secure_to_clear", secure_to_clear, now.secure_to_clear),
            ("protocol_to_clear", protocol_to_clear, now.protocol_to_clear),
        ].compactMap { name, stored, now in
            guard let now, now < 0.9 * stored else { return nil }
            let part = decimals((1 - now / stored) * 100, 0)
            return "slower: \(name) is \(decimals(now)), stored \(decimals(stored)) (\(part) % less)"
        }
    }
}
