import Cglibc

/// Attributes of an object of a token, in Cryptoki's numbers.
struct Attributes {
    enum Kind: CK_ATTRIBUTE_TYPE {
        case objectClass = 0, token, isPrivate, label
        case value = 0x11
        case keyType = 0x100
        case id = 0x102
        case sensitive, encrypt, decrypt, wrap, unwrap, sign
        case verify = 0x10A
        case valueLength = 0x161
        case extractable = 0x162
        case curve = 0x180
        case point = 0x181
    }

    enum ObjectClass: CK_ULONG {
        case publicKey = 2
        case privateKey, secretKey
    }

    enum KeyType: CK_ULONG {
        case aes = 0x1F
        case edwards = 0x40
    }

    private var values: [(Kind, [UInt8])] = []

    func with(_ kind: Kind, _ bytes: [UInt8]) -> Attributes {
        var copy = self
        copy.values.append((kind, bytes))
        return copy
    }

    func with(_ kind: Kind, _ number: CK_ULONG) -> Attributes { with(kind, withUnsafeBytes(of: number) { Array($0) }) }
    func with(_ kind: Kind, _ flag: Bool) -> Attributes { with(kind, [flag ? 1 : 0]) }

    /// An object of a class, by its label.
    init(_ objectClass: ObjectClass, label: String, type: KeyType) {
        self = with(.objectClass, objectClass.rawValue).with(.keyType, type.rawValue).with(.label, Array(label.utf8))
    }

    /// Lends them as Cryptoki takes them.
    ///
    /// - Parameter secret: the value of a key, which is lent where it lies.
    func lend<R>(
        secret: UnsafeRawBufferPointer? = nil, _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>, CK_ULONG) throws -> R
    ) rethrows -> R {
        var bytes = values.flatMap(\.1)
        return try bytes.withUnsafeMutableBytes { memory in
            var place = 0
            var list = values.map { kind, value in
                defer { place += value.count }
                let start = memory.baseAddress.map { $0 + place }
                return CK_ATTRIBUTE(type: kind.rawValue, pValue: start, ulValueLen: CK_ULONG(value.count))
            }
            if let secret {
                // Nothing writes there, though Cryptoki has no word for that.
                list.append(
                    CK_ATTRIBUTE(
                        type: Kind.value.rawValue, pValue: UnsafeMutableRawPointer(mutating: secret.baseAddress),
                        ulValueLen: CK_ULONG(secret.count)))
            }
            return try body(&list, CK_ULONG(list.count))
        }
    }
}
