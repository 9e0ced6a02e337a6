//! What the shop sells.

/// One thing on the shelf.
pub(super) struct Ware {
    /// Its name in addresses and forms.
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// Price in kopecks.
    pub(super) price: u64,
}

impl Ware {
    /// The price in cents, where the shop sells in euros or dollars: a hundredth, rounded.
    pub(super) fn cents(&self) -> u64 {
        (self.price + 50) / 100
    }
}

/// The whole assortment. One price has kopecks, so that nobody mistakes minor units for roubles.
pub(super) const WARES: &[Ware] = &[
    Ware { slug: "earl-grey", title: "Earl Grey tea", about: "Black leaf with bergamot, a 100 g tin", price: 64_990 },
    Ware { slug: "novel", title: "A Hero of Our Time", about: "Lermontov, cloth-bound, 224 pages", price: 89_000 },
    Ware { slug: "cup", title: "Porcelain cup", about: "With a saucer, holds 250 ml", price: 125_000 },
    Ware {
        slug: "evening",
        title: "Reading evening",
        about: "Two books and a tin of tea, gift-wrapped",
        price: 239_000,
    },
];

/// The ware of that name.
pub(super) fn find(slug: &str) -> Option<&'static Ware> {
    WARES.iter().find(|ware| ware.slug == slug)
}

/// A language the payment page speaks: its code and its own name.
pub(super) const LANGUAGES: &[(&str, &str)] = &[("en", "English"), ("ru", "Русский"), ("lt", "Lietuvių")];

/// The code of an offered language; the first one for anything else.
pub(super) fn language(code: &str) -> &'static str {
    LANGUAGES.iter().map(|(known, _)| *known).find(|known| *known == code).unwrap_or(LANGUAGES[0].0)
}

/// A test card of the gateway's sandbox: number, what happens.
pub(super) const CARDS: &[(&str, &str)] = &[
    ("4444 5555 1111 3333", "Paid at once, without 3-D Secure"),
    ("4111 1111 1111 1111", "Paid, 3-D Secure without a question"),
    ("5555 5555 5555 5599", "Paid after 3-D Secure with the code 12345678"),
    ("2200 0000 0000 0053", "Paid, a Mir card"),
    ("5432 5432 5432 5430", "Refused: not enough money, another try is possible"),
    ("4444 4444 1111 1111", "Refused by the network"),
    ("5168 4948 9505 5780", "Refused: 3-D Secure fails"),
];
