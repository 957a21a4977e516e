import Foundation

/// What is read of the export; names are CatBoost's own, in camel case.
struct CatBoostFile: Decodable {
    struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    struct Feature: Decodable {
        var featureIndex: Int?
        var featureId: String?
        /// What a missing value counts as in a comparison: `AsIs` where there were none, `AsFalse`, `AsTrue`.
        var nanValueTreatment: String?

        /// Its name, or where it has none its number.
        var name: String { featureId.flatMap { $0.isEmpty ? nil : $0 } ?? featureIndex.map(String.init) ?? "?" }
    }

    struct FeaturesInfo: Decodable {
        var floatFeatures: [Feature]?
        var categoricalFeatures: [Feature]?
        var textFeatures: [Feature]?
        var embeddingFeatures: [Feature]?
    }

    struct Split: Decodable {
        var splitType: String
        var floatFeatureIndex: Int?
        var border: Double?
    }

    struct Tree: Decodable {
        /// Absent or null in a tree that asks nothing.
        var splits: [Split]?
        var leafValues: [Double]
    }

    /// `[scale, [bias, ...]]`, or `[scale, bias]` in exports before version 0.25.
    struct ScaleAndBias: Decodable {
        var scale: Double
        var biases: [Double]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            scale = try list.decode(Double.self)
            if let bias = try? list.decode(Double.self) {
                biases = [bias]
            } else {
                biases = try list.decode([Double].self)
            }
        }
    }

    var featuresInfo: FeaturesInfo
    var obliviousTrees: [Tree]?
    /// The trees of an ensemble that is not oblivious.
    var trees: [Anything]?
    var scaleAndBias: ScaleAndBias
}

extension CatBoostFile {
    /// - Throws: `notJSON`, or `malformed` with the place of what is missing or of another type.
    init(json: [UInt8]) throws(CatBoostImport.Failure) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(CatBoostFile.self, from: Data(json))
        } catch DecodingError.keyNotFound(let key, let context) {
            throw .malformed(Self.place(context.codingPath + [key]))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw .malformed(Self.place(context.codingPath))
        } catch {
            throw .notJSON
        }
    }

    /// Such as `oblivious_trees[3].leaf_values`.
    private static func place(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { place, key in
            if let index = key.intValue { return place += "[\(index)]" }
            let name = key.stringValue.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
            place += place.isEmpty ? name : "." + name
        }
    }
}
