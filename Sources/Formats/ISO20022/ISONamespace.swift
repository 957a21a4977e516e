/// What a namespace, or a type as a header names it (`MsgDefIdr`), says of the elements in it.
enum ISONamespace: Hashable {
    /// A message that is read.
    ///
    /// - `isPix`: whether it is of Brazil's instant payments, where the end-to-end id is the payment's own.
    case message(ISOMessage.Kind, isPix: Bool)
    /// A message of ISO 20022 of a type, variant or version that is not read.
    case other
    /// Anything else: no ISO 20022, or what lies around messages, as business headers do.
    case none

    /// - Parameter text: such as `urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08`, `urn:swift:xsd:$pain.001.001.03`,
    ///   `http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd`, with a suffix of a scheme
    ///   (`pacs.002.001.03S2`, `pain.001.001.03_GBIC_3`), or `https://www.bcb.gov.br/pi/pacs.008/1.13`.
    init(_ text: String) {
        var text = text
        self = text.withUTF8 { bytes in
            let end = (bytes.lastIndex { !Self.isSeparator($0) } ?? -1) + 1
            let start = (bytes[..<end].lastIndex(where: Self.isSeparator) ?? -1) + 1
            let last = Slice(base: bytes, bounds: start..<end)
            return Self.type(last) ?? Self.pix(last) ?? Self.pix(bytes, before: start, last) ?? .none
        }
    }

    private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    /// A colon, slash or dollar sign.
    private static func isSeparator(_ byte: UInt8) -> Bool { byte == 58 || byte == 47 || byte == 36 }

    /// Business area, message number, variant and version (`pacs.008.001.08`), and what a guideline puts behind them.
    private static func type(_ name: Bytes) -> ISONamespace? {
        guard name.count >= 15, let kind = area(name), fits(name.dropFirst(8), ".000.00"),
            name.count == 15 || !isDigit(name[name.startIndex + 15])
        else { return nil }
        // Business headers, envelopes and supplementary data carry no payment of their own.
        guard !["head", "nvlp", "supl"].contains(kind.prefix(4)) else { return ISONamespace.none }
        let (variant, version) = (number(name.dropFirst(9).prefix(3)), number(name.dropFirst(13).prefix(2)))
        guard let kind = ISOMessage.Kind(rawValue: kind), kind.variants.contains(variant),
            kind.versions.contains(version)
        else { return .other }
        return .message(kind, isPix: false)
    }

    /// A type as the Brazilian central bank has it in headers: `pacs.008.spi.1.13`.
    private static func pix(_ name: Bytes) -> ISONamespace? {
        guard name.count >= 16, let kind = area(name), name.dropFirst(8).starts(with: ".spi.".utf8) else { return nil }
        return ISOMessage.Kind(rawValue: kind).map { .message($0, isPix: true) } ?? .other
    }

    /// And as a namespace: `pacs.008/1.13`, of which the version is the last part.
    private static func pix(
        _ bytes: UnsafeBufferPointer<UInt8>, before start: Int, _ version: Bytes
    ) -> ISONamespace? {
        guard start >= 9, version.allSatisfy({ isDigit($0) || $0 == 46 }),
            case let name = bytes[(start - 9)..<(start - 1)], let kind = area(name)
        else { return nil }
        return ISOMessage.Kind(rawValue: kind).map { .message($0, isPix: true) } ?? .other
    }

    /// The first eight bytes, where they are a business area and a message number such as `pacs.008`.
    private static func area(_ name: Bytes) -> String? {
        guard name.prefix(4).allSatisfy({ (97...122).contains($0) }), fits(name.dropFirst(4), ".000") else {
            return nil
        }
        return String(decoding: name.prefix(8), as: UTF8.self)
    }

    /// Whether bytes begin as a form does, in which `0` stands for any digit.
    private static func fits(_ bytes: Bytes, _ form: StaticString) -> Bool {
        form.withUTF8Buffer { form in
            bytes.count >= form.count && zip(bytes, form).allSatisfy { $1 == 48 ? isDigit($0) : $0 == $1 }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func number(_ digits: Bytes) -> Int { digits.reduce(0) { $0 * 10 + Int($1 - 48) } }
}

extension Int {
    /// A number of decimal digits alone; nil for a text with a sign, too.
    init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        self.init(text)
    }
}
