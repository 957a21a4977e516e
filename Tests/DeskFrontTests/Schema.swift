import Foundation

/// As much of JSON Schema as the documents of this repository use, held strictly: a member that no schema names is a fault.
struct Schema {
    let document: [String: Any]

    init(file: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent(file))
        document = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// What stands at a path of names; nil where there is nothing.
    func at(_ path: String...) -> Any? {
        path.reduce(document as Any?) { ($0 as? [String: Any])?[$1] }
    }

    /// The first fault of a value, with where it is; nil where it is as the schema says.
    func fault(_ value: Any, _ schema: Any, at place: String = "$") -> String? {
        guard let schema = schema as? [String: Any] else { return "\(place): no schema" }
        if let name = schema["$ref"] as? String {
            let target = name.split(separator: "/").dropFirst().reduce(document as Any?) {
                ($0 as? [String: Any])?[String($1)]
            }
            return target.map { fault(value, $0, at: place) } ?? "\(place): \(name) is nowhere"
        }
        if let fault = typeFault(value, schema["type"] as? String, place) { return fault }
        if let const = schema["const"] as? String, value as? String != const { return "\(place): not \(const)" }
        if let values = schema["enum"] as? [String], !values.contains(value as? String ?? "") {
            return "\(place): none of \(values)"
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            return "\(place): not of \(pattern)"
        }
        if let number = value as? Double {
            if let least = schema["minimum"] as? Double, number < least { return "\(place): too small" }
            if let most = schema["maximum"] as? Double, number > most { return "\(place): too large" }
        }
        if let items = schema["items"], let values = value as? [Any] {
            for (number, value) in values.enumerated() {
                if let fault = fault(value, items, at: "\(place)[\(number)]") { return fault }
            }
        }
        return (value as? [String: Any]).flatMap { objectFault($0, schema, place) }
    }

    private func typeFault(_ value: Any, _ type: String?, _ place: String) -> String? {
        let fits =
            switch type {
            case "object": value is [String: Any]
            case "array": value is [Any]
            case "string": value is String
            case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
            case "number": value is Double
            default: true
            }
        return fits ? nil : "\(place): no \(type ?? "")"
    }

    private func objectFault(_ object: [String: Any], _ schema: [String: Any], _ place: String) -> String? {
        for name in schema["required"] as? [String] ?? [] where object[name] == nil { return "\(place): no \(name)" }
        let properties = schema["properties"] as? [String: Any] ?? [:]
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            guard let own = properties[name] else { return "\(place): \(name) is not named" }
            if let fault = fault(value, own, at: "\(place).\(name)") { return fault }
        }
        return nil
    }
}
