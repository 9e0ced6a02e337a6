//! `payglot demo`: everything at once, on a laptop, in under a minute.

use super::{output, serve};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::{self, MonetixAccount, PayseraAccount, RbsAccount, ShopConfig};
use crate::flows::project::{self, Draft};
use crate::gateway::Gateway;
use crate::projects::ProjectSettings;
use crate::projects::monetix::MonetixSettings;
use crate::projects::paysera::PayseraSettings;
use crate::secrets::Secret;
use crate::{startup, web};
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The demo's RBS project: the same on every start, and in the README.
const RBS_NAME: &str = "books-and-tea";
const RBS_LOGIN: &str = "books-api";
const RBS_PASSWORD: &str = "books-password";
const RBS_TOKEN: &str = "books-token";
const RBS_CALLBACK_KEY: &str = "books-callback-key";

/// The demo's Paysera project.
const PAYSERA_NAME: &str = "books-and-tea-paysera";
const PAYSERA_PROJECT: &str = "12345";
const PAYSERA_PASSWORD: &str = "b00c5a17ea0c0ffee0ddba115ba5eba1";

/// The demo's Monetix project: its number and its secret are those of the worked examples in docs/protocols/monetix.md.
const MONETIX_NAME: &str = "books-and-tea-monetix";
const MONETIX_PROJECT: u32 = 1234;
const MONETIX_SECRET: &str = "monetix_test_secret";
const MONETIX_ENCRYPTION_KEY: &str = "enc-key-0123456789";

/// Starts the gateway on an embedded database with the sandbox bank, a test project per protocol and a demo shop.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot demo --listen 127.0.0.1:8080 --data ./demo-data")]
pub(super) struct Demo {
    /// Where to listen. Beyond this machine the demo calls back public addresses only, so its own shop then hears nothing.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "PAYGLOT_LISTEN")]
    listen: SocketAddr,
    /// Where to keep the data; a new temporary folder if left out.
    #[arg(long, value_name = "DIR", env = "PAYGLOT_DATA")]
    data: Option<PathBuf>,
    /// Print addresses and credentials as one line of JSON once it is ready to serve.
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let data = self.data.clone().unwrap_or_else(temporary_folder);
        let mut config = Config::load(None)?;
        config.data = data;
        config.listen = self.listen;
        // The demo shop lives on this machine. Its credentials are published, so strangers must not make it knock on its neighbours.
        config.allow_private_callbacks = self.listen.ip().is_loopback();
        let signal = web::StopSignal::listen()?;
        let listener = serve::bind(&mut config).await?;
        crate::logging::init(&config)?;
        let running = startup::start(config, Clock::System)?;
        let gateway = &running.gateway;
        let base_url = gateway.config.public_url();
        let shop_url = format!("{base_url}/shop");
        ensure_project(gateway, &shop_url).await?;
        ensure_paysera(gateway, &shop_url).await?;
        ensure_monetix(gateway, &shop_url).await?;
        let shop = ShopConfig {
            base_url: format!("{base_url}{}", gateway.config.rbs_prefix),
            shop_url: shop_url.clone(),
            rbs: RbsAccount {
                user_name: RBS_LOGIN.to_owned(),
                password: RBS_PASSWORD.to_owned(),
                callback_key: RBS_CALLBACK_KEY.to_owned(),
            },
            paysera: PayseraAccount {
                gateway_url: base_url.clone(),
                project_id: PAYSERA_PROJECT.to_owned(),
                sign_password: PAYSERA_PASSWORD.to_owned(),
            },
            monetix: MonetixAccount {
                gateway_url: base_url.clone(),
                project_id: MONETIX_PROJECT,
                secret_key: MONETIX_SECRET.to_owned(),
            },
        };
        let router = web::router(gateway).merge(demo::router(shop));
        self.announce(gateway, &base_url, &shop_url);
        web::serve(signal, listener, router, running).await
    }

    fn announce(&self, gateway: &Gateway, base_url: &str, shop_url: &str) {
        let data = gateway.config.data.display().to_string();
        if self.json {
            return output::line(&json!({
                "base_url": base_url,
                "shop_url": shop_url,
                "data_dir": data,
                "projects": [{
                    "protocol": "rbs",
                    "name": RBS_NAME,
                    "credentials": {
                        "userName": RBS_LOGIN, "password": RBS_PASSWORD, "token": RBS_TOKEN, "callback_key": RBS_CALLBACK_KEY,
                    },
                }, {
                    "protocol": "paysera",
                    "name": PAYSERA_NAME,
                    "credentials": {"projectid": PAYSERA_PROJECT, "sign_password": PAYSERA_PASSWORD},
                }, {
                    "protocol": "monetix",
                    "name": MONETIX_NAME,
                    "credentials": {
                        "project_id": MONETIX_PROJECT.to_string(),
                        "secret_key": MONETIX_SECRET,
                        "encryption_key": MONETIX_ENCRYPTION_KEY,
                    },
                }],
            }));
        }
        output::text(&format!(
            "\n  payglot is ready. Open the demo shop:\n\n    {shop_url}\n\n  RBS (MTS Bank, Sberbank, Alfa-Bank and others)\n    \
             base URL      {base_url}{prefix}/payment/rest/\n    userName      {RBS_LOGIN}\n    password      {RBS_PASSWORD}\n    \
             callback key  {RBS_CALLBACK_KEY}\n\n  Paysera WebToPay\n    pay address   {base_url}/pay/\n    \
             public key    {base_url}/download/public.key\n    projectid     {PAYSERA_PROJECT}\n    \
             sign_password {PAYSERA_PASSWORD}\n\n  Monetix Payment Page and Gate\n    page          {base_url}/payment\n    \
             Gate          {base_url}/v2/\n    project_id    {MONETIX_PROJECT}\n    secret_key    {MONETIX_SECRET}\n\n  Test card 4444 5555 1111 3333, 12/34, code 123. Data: {data}\n  Ctrl-C ends it.\n",
            prefix = gateway.config.rbs_prefix,
        ));
    }
}

/// Creates the demo's project on a new folder. On an old one its settings stay, but the shop's address is the one of this start.
async fn ensure_project(gateway: &Gateway, shop_url: &str) -> anyhow::Result<()> {
    let callback_url = format!("{shop_url}/rbs/callback");
    let store = gateway.store.as_ref();
    if let Some(known) = store.projects().await?.into_iter().find(|known| known.name == RBS_NAME) {
        let settings = ProjectSettings::from_json(&known.settings)?;
        if settings.callback_url.ends_with("/shop/rbs/callback") && settings.callback_url != callback_url {
            project::set(store, RBS_NAME, &[("callback_url".to_owned(), callback_url)]).await?;
        }
        return Ok(());
    }
    let settings = ProjectSettings {
        display_name: "Books & Tea".to_owned(),
        test_mode: true,
        number_orders: true,
        callback_url,
        merchant_card_entry: true,
        moto: true,
        card_verification: true,
        auto_payment: true,
        ..ProjectSettings::default()
    };
    let secrets = vec![
        ("password".to_owned(), Secret::new(RBS_PASSWORD)),
        ("token".to_owned(), Secret::new(RBS_TOKEN)),
        ("callback".to_owned(), Secret::new(RBS_CALLBACK_KEY)),
    ];
    let draft =
        Draft { protocol: "rbs".to_owned(), name: RBS_NAME.to_owned(), login: RBS_LOGIN.to_owned(), settings, secrets };
    project::create(store, &gateway.key, draft, gateway.clock.now()).await?;
    Ok(())
}

/// Creates the demo's Paysera project on a new folder. On an old one its settings stay, but the keyword leads to the shop of this start; a
/// shop names its other addresses in every order.
async fn ensure_paysera(gateway: &Gateway, shop_url: &str) -> anyhow::Result<()> {
    let keyword = format!("TEA:50:{shop_url}/paysera/message");
    let store = gateway.store.as_ref();
    if let Some(known) = store.projects().await?.into_iter().find(|known| known.name == PAYSERA_NAME) {
        let own = ProjectSettings::from_json(&known.settings)?.paysera.keywords;
        let is_ours =
            |own: &[String]| matches!(own, [one] if one.ends_with("/shop/paysera/message") && *one != keyword);
        if is_ours(&own) {
            project::set(store, PAYSERA_NAME, &[("paysera.keywords".to_owned(), keyword)]).await?;
        }
        return Ok(());
    }
    let own = ProjectSettings::of_protocol("paysera");
    let settings = ProjectSettings {
        display_name: "Books & Tea".to_owned(),
        test_mode: true,
        paysera: PayseraSettings { allow_test: true, keywords: vec![keyword], ..own.paysera.clone() },
        ..own
    };
    let draft = Draft {
        protocol: "paysera".to_owned(),
        name: PAYSERA_NAME.to_owned(),
        login: PAYSERA_PROJECT.to_owned(),
        settings,
        secrets: vec![("sign_password".to_owned(), Secret::new(PAYSERA_PASSWORD))],
    };
    project::create(store, &gateway.key, draft, gateway.clock.now()).await?;
    Ok(())
}

/// Creates the demo's Monetix project on a new folder. On an old one its settings stay, but the shop's address is the one of this start.
async fn ensure_monetix(gateway: &Gateway, shop_url: &str) -> anyhow::Result<()> {
    let callback_url = format!("{shop_url}/monetix/callback");
    let store = gateway.store.as_ref();
    if let Some(known) = store.projects().await?.into_iter().find(|known| known.name == MONETIX_NAME) {
        let settings = ProjectSettings::from_json(&known.settings)?;
        if settings.callback_url.ends_with("/shop/monetix/callback") && settings.callback_url != callback_url {
            project::set(store, MONETIX_NAME, &[("callback_url".to_owned(), callback_url)]).await?;
        }
        return Ok(());
    }
    let settings = ProjectSettings {
        display_name: "Books & Tea".to_owned(),
        test_mode: true,
        callback_url,
        // The shop signs nothing that its buyers wrote.
        monetix: MonetixSettings { saves_cards: true, pays_out_on_page: true, ..MonetixSettings::default() },
        ..ProjectSettings::of_protocol("monetix")
    };
    let draft = Draft {
        protocol: "monetix".to_owned(),
        name: MONETIX_NAME.to_owned(),
        login: MONETIX_PROJECT.to_string(),
        settings,
        secrets: vec![
            ("secret_key".to_owned(), Secret::new(MONETIX_SECRET)),
            (project::ENCRYPTION_KEY.to_owned(), Secret::new(MONETIX_ENCRYPTION_KEY)),
        ],
    };
    project::create(store, &gateway.key, draft, gateway.clock.now()).await?;
    Ok(())
}

fn temporary_folder() -> PathBuf {
    std::env::temp_dir().join(format!("payglot-demo-{}", Clock::System.payment_id()))
}
